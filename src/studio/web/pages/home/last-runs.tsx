// The newest runs in a few words each: what was trained on what, how it ended.
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import styles from "../../design/lines.module.css";
import { Ago, Num } from "../../design/numbers.tsx";
import { Status } from "../../design/states.tsx";
import { nameOf } from "../runs/queries.ts";

export function LastRuns({ runs }: { runs: readonly components["schemas"]["Run"][] }) {
  return (
    <ul className={styles.lines}>
      {runs.map((run) => (
        <li key={run.id} className={styles.line}>
          <div className={styles.words}>
            <Link to={`/runs/${run.id}`} className={styles.name}>
              {nameOf(run)}
            </Link>
            <span className={styles.small}>
              {run.output_dir.split("/").at(-1)}: {run.method}, step <Num of={run.step} />
              {run.total_steps === null ? "" : ` of ${run.total_steps}`}, loss{" "}
              <Num of={run.validation_loss ?? run.train_loss} digits={3} />
            </span>
          </div>
          <div className={styles.end}>
            <Status of={run.status} />
            <span className={styles.small}>
              <Ago at={run.started_at} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
