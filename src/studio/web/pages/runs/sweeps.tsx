// The sweeps: what was varied, how far, the best trial of each.
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import lines from "../../design/lines.module.css";
import { Num } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";

export type SweepShape = components["schemas"]["Sweeps"]["sweeps"][number];

export const bestOf = ({ trials }: SweepShape): SweepShape["trials"][number] | undefined =>
  trials
    .filter(({ best_loss: loss }) => loss !== null)
    .toSorted((a, b) => (a.best_loss ?? 0) - (b.best_loss ?? 0))[0];

export function Sweeps() {
  const sweeps = $api.useQuery("get", "/api/v1/sweeps");
  return (
    <Panel isFlush>
      <View query={sweeps} lines={6}>
        {({ sweeps: found }) =>
          found.length === 0 ? (
            <Empty title="No sweep yet">
              A sweep is one run after another over a table of settings:{" "}
              <code>ft train sweep sweep.yml</code>
            </Empty>
          ) : (
            <ul className={lines.lines}>
              {found.map((sweep) => (
                <li key={sweep.folder} className={lines.line}>
                  <div className={lines.words}>
                    <Link
                      to={`/runs/sweep?folder=${encodeURIComponent(sweep.folder)}`}
                      className={lines.name}
                    >
                      {sweep.name}
                    </Link>
                    <span className={lines.small}>{sweep.parameters.join(", ")}</span>
                  </div>
                  <div className={lines.end}>
                    <span>
                      best validation loss <Num of={bestOf(sweep)?.best_loss} digits={4} />
                    </span>
                    <span className={lines.small}>
                      {sweep.trials.filter(({ status }) => status === "completed").length} of{" "}
                      {sweep.trials.length} trials done
                    </span>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </View>
    </Panel>
  );
}
