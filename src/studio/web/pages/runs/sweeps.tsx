// The sweeps: what was varied, how far, the best trial of each.
import type { components } from "../../api/generated.d.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import lines from "../../design/lines.module.css";
import { Num } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { useSweeps } from "./queries.ts";

export type SweepShape = components["schemas"]["Sweeps"]["sweeps"][number];

export const bestOf = ({ trials }: SweepShape): SweepShape["trials"][number] | undefined =>
  trials
    .filter(({ best_loss: loss }) => loss !== null)
    .toSorted((a, b) => (a.best_loss ?? 0) - (b.best_loss ?? 0))[0];

export function Sweeps() {
  const sweeps = useSweeps();
  return (
    <Panel isFlush>
      <View query={sweeps} lines={6}>
        {({ sweeps: found }) =>
          found.length === 0 ? (
            <Empty
              title="No sweep yet"
              action={<ButtonLink to="/train">Vary settings in the form</ButtonLink>}
            >
              A sweep trains one run per combination of values: start one from the form, or with{" "}
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
