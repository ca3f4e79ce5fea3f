// A look at all rows that goes on: how many rows it has seen, and its job.
import { Link } from "../../app/link.tsx";
import { Num } from "../../design/numbers.tsx";
import { Progress } from "../../design/page.tsx";
import styles from "./going-on.module.css";
import type { Look } from "./use-look.ts";

export function GoingOn({ look, what }: { look: Look; what: string }) {
  const { counted, rows, job_id: job } = look;
  if (job === null) return null;
  return (
    <div className={styles.going} role="status">
      <span>
        {what}
        {counted > 0 && (
          <>
            {": "}
            <Num of={counted} /> of <Num of={rows} /> rows
          </>
        )}
      </span>
      <Progress share={counted > 0 && rows > 0 ? counted / rows : null} label={what} />
      <Link to={`/jobs/${job}`}>Job</Link>
    </div>
  );
}
