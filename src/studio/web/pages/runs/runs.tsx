// Every run: found by words and tags, marked for comparison; and the sweeps among them. All of it stands in the address.
import { Button, Checkbox, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { Ago, Num } from "../../design/numbers.tsx";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, Status, View } from "../../design/states.tsx";
import { useWindowRows } from "../../design/use-window-rows.ts";
import { nameOf, useRunEvents } from "./queries.ts";
import styles from "./runs.module.css";
import { Sweeps } from "./sweeps.tsx";
import table from "./table.module.css";

type Listed = components["schemas"]["RunOverview"]["runs"][number];

function Line({ run, tags, note, isPicked, onPick, place, measure }: LineProps) {
  return (
    <tr data-picked={isPicked} ref={measure} data-index={place} aria-rowindex={place + 2}>
      <td className={styles.pick}>
        <Checkbox
          size="xs"
          aria-label={`Compare ${run.id}`}
          checked={isPicked}
          onChange={(event) => onPick(event.currentTarget.checked)}
        />
      </td>
      <th scope="row">
        <Link to={`/runs/${run.id}`} className={styles.name}>
          {nameOf(run)}
        </Link>
        <span className={styles.small}>
          {run.output_dir.split("/").at(-1)} · {run.id}
          {tags.map((tag) => (
            <span key={tag} className={styles.tag}>
              {tag}
            </span>
          ))}
        </span>
        {note !== "" && (
          <span className={styles.note} dir="auto">
            {note}
          </span>
        )}
      </th>
      <td className={styles.wide}>{run.method}</td>
      <td className={table.number}>
        <Num of={run.step} />
        {run.total_steps === null ? "" : ` of ${run.total_steps}`}
      </td>
      <td className={table.number}>
        <Num of={run.train_loss} digits={4} />
      </td>
      <td className={table.number}>
        <Num of={run.validation_loss} digits={4} />
      </td>
      <td>
        <Status of={run.status} />
      </td>
      <td className={table.number}>
        <Ago at={run.started_at} />
      </td>
    </tr>
  );
}

interface LineProps extends Listed {
  isPicked: boolean;
  onPick: (isPicked: boolean) => void;
  place: number;
  measure: ((element: Element | null) => void) | undefined;
}

const heads = ["", "Run", "Method", "Steps", "Training loss", "Validation loss", "Status", "Begun"];

const lineHeight = 56;

/** Room for the lines before or after those that stand in the document. */
function Room({ height }: { height: number }) {
  if (height === 0) return null;
  return (
    <tr aria-hidden="true" className={styles.room}>
      <td colSpan={heads.length} style={{ height }} />
    </tr>
  );
}

function Table({ runs, picked, onPick }: TableProps) {
  const { frame, places, before, after, measure } = useWindowRows(runs.length, lineHeight);
  return (
    <div className={table.scroll}>
      <table className={table.table} aria-rowcount={runs.length + 1}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col" className={head === "Method" ? styles.wide : undefined}>
                {head === "" ? <span className={styles.hidden}>Compare</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={frame}>
          <Room height={before} />
          {places.map((place) => {
            const listed = runs[place];
            return listed === undefined ? null : (
              <Line
                key={listed.run.id}
                {...{ ...listed, place, measure }}
                isPicked={picked.includes(listed.run.id)}
                onPick={(isPicked) => onPick(listed.run.id, isPicked)}
              />
            );
          })}
          <Room height={after} />
        </tbody>
      </table>
    </div>
  );
}

interface TableProps {
  runs: readonly Listed[];
  picked: readonly string[];
  onPick: (id: string, isPicked: boolean) => void;
}

function AllRuns() {
  const [{ find = "", tag, pick = "" }, setState] = useUrlState();
  const [text] = useDebouncedValue(find, 150);
  const found = $api.useQuery(
    "get",
    "/api/v1/run-overview",
    {
      params: {
        query: { limit: 1000, ...(text !== "" && { text }), ...(tag !== undefined && { tag }) },
      },
    },
    { placeholderData: keepPreviousData },
  );
  const picked = pick.split(",").filter((id) => id !== "");
  const onPick = (id: string, isPicked: boolean): void =>
    setState({
      pick: [...picked.filter((one) => one !== id), ...(isPicked ? [id] : [])].join(","),
    });
  useShortcuts([
    {
      keys: "/",
      about: "Find runs",
      run: () => document.querySelector<HTMLInputElement>("#find-runs")?.focus(),
    },
  ]);
  const isFiltered = find !== "" || tag !== undefined;
  return (
    <>
      <div className={styles.bar}>
        <TextInput
          id="find-runs"
          aria-label="Find runs"
          placeholder="Model, data, note, tag"
          value={find}
          onChange={(event) => setState({ find: event.currentTarget.value })}
        />
        {(found.data?.tags.length ?? 0) > 0 && (
          <Select
            aria-label="Tag"
            placeholder="any tag"
            clearable
            data={found.data?.tags ?? []}
            value={tag ?? null}
            onChange={(value) => setState({ tag: value ?? undefined })}
          />
        )}
        <span className={styles.space} />
        {picked.length > 0 && (
          <>
            <Button variant="subtle" onClick={() => setState({ pick: undefined })}>
              Clear selection
            </Button>
            <ButtonLink to={`/runs/compare?ids=${picked.join(",")}`}>
              Compare {picked.length === 1 ? "with …" : `${picked.length} runs`}
            </ButtonLink>
          </>
        )}
      </div>
      <Panel isFlush>
        <View query={found} lines={8}>
          {({ runs }) =>
            runs.length === 0 ? (
              <Empty
                title={isFiltered ? "No run matches" : "No run yet"}
                {...(!isFiltered && { action: <ButtonLink to="/train">Train a model</ButtonLink> })}
              >
                Each training is kept as a run: its settings, curves, samples, checkpoints and
                result.
              </Empty>
            ) : (
              <Table {...{ runs, picked, onPick }} />
            )
          }
        </View>
      </Panel>
    </>
  );
}

export function Runs() {
  const [{ view = "runs" }, setState] = useUrlState();
  useRunEvents();
  return (
    <Page
      title="Runs"
      lead="Everything trained on this machine. Select runs to compare them."
      actions={<ButtonLink to="/train">Train a model</ButtonLink>}
    >
      <SegmentedControl
        className={styles.views}
        aria-label="What is listed"
        value={view}
        onChange={(value) => setState({ view: value === "runs" ? undefined : value })}
        data={[
          { value: "runs", label: "runs" },
          { value: "sweeps", label: "sweeps" },
        ]}
      />
      {view === "sweeps" ? <Sweeps /> : <AllRuns />}
    </Page>
  );
}
