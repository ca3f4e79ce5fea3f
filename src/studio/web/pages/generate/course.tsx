// How far a set is: rows made of rows wanted, speed, time left, money; and the rows as they come, the newest first.
import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { Chip, Chips, Conversation, turnsOf } from "../../design/conversation.tsx";
import { LongList } from "../../design/long-list.tsx";
import { durationText, Money, Num } from "../../design/numbers.tsx";
import { Panel, Progress } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import styles from "./course.module.css";
import { JobTrouble } from "./job-trouble.tsx";

type InTheMaking = components["schemas"]["SetInTheMaking"];
type Row = components["schemas"]["RowInTheMaking"];

function Figures({ set }: { set: InTheMaking }) {
  const progress = $api.useQuery(
    "get",
    "/api/v1/jobs/{id}",
    { params: { path: { id: set.queue_id } } },
    { refetchInterval: set.job.status === "running" ? 5000 : false },
  );
  const { rate, seconds_left: left, spending } = progress.data ?? {};
  const isRunning = set.job.status === "running";
  const share = set.requested === 0 ? null : set.made / set.requested;
  return (
    <Panel title="Progress">
      <Progress share={share} label="Rows made" />
      <dl className={styles.figures}>
        <div>
          <dt>Rows</dt>
          <dd>
            <Num of={set.made} /> <small>of {set.requested.toLocaleString("en")}</small>
          </dd>
        </div>
        <div>
          <dt>Speed</dt>
          <dd>{isRunning && rate ? `${(60 * rate).toFixed(0)} a minute` : "–"}</dd>
        </div>
        <div>
          <dt>Time left</dt>
          <dd>{isRunning && left ? durationText(left) : "–"}</dd>
        </div>
        <div>
          <dt>Spent</dt>
          <dd>{spending === undefined ? "–" : <Money of={spending.spent} />}</dd>
        </div>
        <div>
          <dt>Failed</dt>
          <dd>
            <Num of={set.errors.length} />
          </dd>
        </div>
      </dl>
    </Panel>
  );
}

function CourseRow({ row }: { row: Row }) {
  const [first] =
    row.example === null ? [] : turnsOf(row.example.content).filter((one) => one.role !== "system");
  return (
    <div className={styles.row}>
      <details>
        <summary className={styles.summary}>
          <span className={styles.number}>{row.row + 1}</span>
          <span className={styles.opening} dir="auto">
            {first?.text ?? "no row"}
          </span>
          {row.rejections.length > 0 && (
            <Chip tone={row.example === null ? "bad" : "warn"}>
              {row.rejections.length === 1 ? "1 answer" : `${row.rejections.length} answers`} did
              not count
            </Chip>
          )}
          {row.spent > 0 && <Money of={row.spent} />}
        </summary>
        <div className={styles.open}>
          <Chips>
            {Object.entries(row.values).map(([name, value]) => (
              <Chip key={name}>
                {name.replaceAll("_", " ")}: {value.replaceAll("_", " ")}
              </Chip>
            ))}
          </Chips>
          {row.rejections.length > 0 && <p className={styles.why}>{row.rejections.join("; ")}</p>}
          {row.error !== null && <p className={styles.why}>{row.error}</p>}
          {row.example !== null && <Conversation turns={turnsOf(row.example.content)} />}
        </div>
      </details>
    </div>
  );
}

/** As many as a worker has in hand at once come before those that are made. */
const step = 60;

const isMade = ({ status }: Row): boolean => status !== "asking";

function InHand({ rows }: { rows: readonly Row[] }) {
  const count = rows.filter((row) => !isMade(row)).length;
  if (count === 0) return null;
  return <p className={styles.inHand}>{count} in hand: asked for, or next in turn.</p>;
}

function Rows({ set }: { set: InTheMaking }) {
  const rows = $api.useInfiniteQuery(
    "get",
    "/api/v1/generator/{job_id}/rows",
    { params: { path: { job_id: set.job_id }, query: { limit: step } } },
    {
      pageParamName: "before",
      initialPageParam: null,
      getNextPageParam: ({ next }: { next: number | null }) => next ?? undefined,
      placeholderData: keepPreviousData,
    },
  );
  const found = (rows.data?.pages ?? []).flatMap((page) => page.rows);
  return (
    <Panel title="Newest rows" isFlush>
      <View query={rows}>
        {() =>
          found.length === 0 ? (
            <Empty title="No row yet">The first ones appear here soon.</Empty>
          ) : (
            <>
              <InHand rows={found} />
              <LongList
                label="Newest rows"
                items={found.filter(isMade)}
                keyOf={({ id }) => id}
                estimate={38}
                onEnd={
                  rows.hasNextPage && !rows.isFetchingNextPage
                    ? () => void rows.fetchNextPage()
                    : undefined
                }
              >
                {(row) => <CourseRow row={row} />}
              </LongList>
            </>
          )
        }
      </View>
    </Panel>
  );
}

export function Course({ set }: { set: InTheMaking }) {
  const isStopped = set.state === "stopped" || set.job.status === "failed";
  return (
    <>
      {isStopped && <JobTrouble job={set.job} errors={set.errors} />}
      <Figures set={set} />
      <Rows set={set} />
    </>
  );
}
