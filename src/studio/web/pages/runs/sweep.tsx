// One sweep: a line a trial through its parameters to its loss, and the same as a table. The trial under the pointer, or with
// the focus, is marked in both.
import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { durationText, Num } from "../../design/numbers.tsx";
import { Page, Panel, Progress } from "../../design/page.tsx";
import { Empty, Status, View } from "../../design/states.tsx";
import { Parallel } from "./parallel.tsx";
import { useRunEvents, useSweeps } from "./queries.ts";
import styles from "./sweep.module.css";
import { bestOf, type SweepShape } from "./sweeps.tsx";
import table from "./table.module.css";
import { valueText } from "./value-text.ts";

type Trial = SweepShape["trials"][number];

/** Its run; before there is one, the job that is going to train it. */
function addressOf({ run_id: run, job_id: job }: Trial): string {
  if (run !== null) return `/runs/${run}`;
  return job === null ? "/jobs" : `/jobs/${job}`;
}

function TrialStatus({ trial: { status, step, error } }: { trial: Trial }) {
  return (
    <>
      <Status
        of={status === "waiting" ? "pending" : status}
        word={status === "running" ? `step ${step}` : status}
      />
      {error !== null && <span className={styles.error}>{error.split("\n")[0]}</span>}
    </>
  );
}

function Trials({ sweep, marked, onMark }: TrialsProps) {
  const best = bestOf(sweep);
  const order = sweep.trials
    .map((trial, at) => ({ trial, at }))
    .toSorted((a, b) => (a.trial.best_loss ?? Infinity) - (b.trial.best_loss ?? Infinity));
  return (
    <div className={table.scroll}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Trial</th>
            {sweep.parameters.map((key) => (
              <th key={key} scope="col">
                {key}
              </th>
            ))}
            <th scope="col">Best validation loss</th>
            <th scope="col">Training loss</th>
            <th scope="col">Time</th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {order.map(({ trial, at }) => (
            <tr
              key={trial.folder}
              data-marked={marked === at}
              className={styles.row}
              onPointerEnter={() => onMark(at)}
              onPointerLeave={() => onMark(undefined)}
              onFocus={() => onMark(at)}
              onBlur={() => onMark(undefined)}
            >
              <th scope="row">
                <Link to={addressOf(trial)}>{at + 1}</Link>
              </th>
              {trial.values.map((value, which) => (
                <td key={which} className={table.number}>
                  {valueText(value)}
                </td>
              ))}
              <td className={trial === best ? table.best : table.number}>
                <Num of={trial.best_loss} digits={4} />
              </td>
              <td className={table.number}>
                <Num of={trial.train_loss} digits={4} />
              </td>
              <td className={table.number}>
                {trial.seconds === null ? "–" : durationText(trial.seconds)}
              </td>
              <td>
                <TrialStatus trial={trial} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface TrialsProps {
  sweep: SweepShape;
  marked: number | undefined;
  onMark: (at: number | undefined) => void;
}

function Shown({ sweep }: { sweep: SweepShape }) {
  const [marked, setMarked] = useState<number>();
  const columns = useMemo(
    () => [
      ...sweep.parameters.map((name, at) => ({
        name,
        values: sweep.trials.map(({ values }) => values[at]),
      })),
      { name: "validation loss", values: sweep.trials.map(({ best_loss: loss }) => loss) },
    ],
    [sweep],
  );
  return (
    <>
      <Panel title="Settings and validation loss">
        <Parallel {...{ columns, marked, onMark: setMarked }} />
      </Panel>
      <Panel title="Trials, the best first" isFlush>
        <Trials {...{ sweep, marked, onMark: setMarked }} />
      </Panel>
    </>
  );
}

type Word = "stop" | "resume";

const told: Readonly<Record<Word, string>> = {
  stop: "Starts no more of its runs; what they saved is kept",
  resume: "Continues what has not finished",
};

function Deeds({ sweep }: { sweep: SweepShape }) {
  const { folder, can_stop: canStop, can_resume: canResume } = sweep;
  const deed = useChange(
    async (word: Word) => {
      await api.POST(`/api/v1/sweeps/${word}`, { body: { folder } });
      return word;
    },
    { touches: ["/api/v1/sweeps", "/api/v1/jobs", "/api/v1/run"], done: (word) => told[word] },
  );
  const button = (word: Word, label: string) => (
    <Button
      variant={word === "resume" ? "filled" : "default"}
      loading={deed.isPending && deed.variables === word}
      onClick={() => deed.mutate(word)}
    >
      {label}
    </Button>
  );
  return (
    <>
      {canResume && button("resume", "Resume the rest")}
      {canStop && button("stop", "Stop the rest")}
    </>
  );
}

function HowFar({ trials }: SweepShape) {
  const done = trials.filter(({ status }) => status === "completed").length;
  if (done === trials.length) return null;
  return (
    <div className={styles.going}>
      <Progress share={done / trials.length} label="Finished runs" />
      <span>
        <Num of={done} /> of <Num of={trials.length} /> runs finished
      </span>
    </div>
  );
}

export function Sweep() {
  const [{ folder = "" }] = useUrlState();
  const sweeps = useSweeps();
  useRunEvents();
  const sweep = sweeps.data?.sweeps.find((one) => one.folder === folder);
  const ids = (sweep?.trials ?? []).flatMap(({ run_id: id }) => (id === null ? [] : [id]));
  return (
    <Page
      title={sweep?.name ?? "Sweep"}
      above={<Link to="/runs?view=sweeps">Sweeps</Link>}
      lead={sweep === undefined ? undefined : `What differs: ${sweep.parameters.join(", ")}`}
      actions={
        sweep !== undefined && (
          <>
            <Deeds sweep={sweep} />
            {ids.length > 1 && (
              <ButtonLink kind="quiet" to={`/runs/compare?ids=${ids.slice(0, 50).join(",")}`}>
                Compare their curves
              </ButtonLink>
            )}
          </>
        )
      }
    >
      <View query={sweeps} lines={8}>
        {() =>
          sweep === undefined ? (
            <Panel>
              <Empty
                title="There is no such sweep"
                action={<Link to="/runs?view=sweeps">All sweeps</Link>}
              />
            </Panel>
          ) : (
            <>
              <HowFar {...sweep} />
              <Shown sweep={sweep} />
            </>
          )
        }
      </View>
    </Page>
  );
}
