// One sweep: a line a trial through its parameters to its loss, and the same as a table. The trial under the pointer, or with
// the focus, is marked in both.
import { useMemo, useState } from "react";
import { $api } from "../../api/client.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { durationText, Num } from "../../design/numbers.tsx";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, Status, View } from "../../design/states.tsx";
import { Parallel } from "./parallel.tsx";
import { useRunEvents } from "./queries.ts";
import styles from "./sweep.module.css";
import { bestOf, type SweepShape } from "./sweeps.tsx";
import table from "./table.module.css";
import { valueText } from "./value-text.ts";

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
                {trial.run_id === null ? (
                  at + 1
                ) : (
                  <Link to={`/runs/${trial.run_id}`}>{at + 1}</Link>
                )}
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
                <Status
                  of={trial.status === "waiting" ? "pending" : trial.status}
                  word={trial.status}
                />
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
      <Panel title="Through the settings to the loss">
        <Parallel {...{ columns, marked, onMark: setMarked }} />
      </Panel>
      <Panel title="Trials, the best first" isFlush>
        <Trials {...{ sweep, marked, onMark: setMarked }} />
      </Panel>
    </>
  );
}

export function Sweep() {
  const [{ folder = "" }] = useUrlState();
  const sweeps = $api.useQuery("get", "/api/v1/sweeps");
  useRunEvents();
  const sweep = sweeps.data?.sweeps.find((one) => one.folder === folder);
  const ids = (sweep?.trials ?? []).flatMap(({ run_id: id }) => (id === null ? [] : [id]));
  return (
    <Page
      title={sweep?.name ?? "Sweep"}
      above={<Link to="/runs?view=sweeps">Sweeps</Link>}
      lead={sweep === undefined ? undefined : `What differs: ${sweep.parameters.join(", ")}`}
      actions={
        ids.length > 1 && (
          <ButtonLink kind="quiet" to={`/runs/compare?ids=${ids.slice(0, 50).join(",")}`}>
            Compare their curves
          </ButtonLink>
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
            <Shown sweep={sweep} />
          )
        }
      </View>
    </Page>
  );
}
