// How much of everything there is, each a link to where it stands.
import { $api } from "../../api/client.ts";
import { Link } from "../../app/link.tsx";
import { Num } from "../../design/numbers.tsx";
import styles from "./totals.module.css";

interface TotalProps {
  of: number;
  what: string;
  to: string;
}

function Total({ of, what, to }: TotalProps) {
  return (
    <li>
      <Link to={to} className={styles.one}>
        <span className={styles.figure}>
          <Num of={of} />
        </span>
        {of === 1 ? what : `${what}s`}
      </Link>
    </li>
  );
}

export function Totals() {
  const totals = $api.useQuery("get", "/api/v1/totals", {});
  if (totals.data === undefined) return null;
  const { datasets, rows, runs, evaluations, jobs } = totals.data;
  return (
    <ul className={styles.all} aria-label="Totals">
      <Total of={datasets} what="dataset" to="/data" />
      <Total of={rows} what="row" to="/data" />
      <Total of={runs} what="run" to="/runs" />
      <Total of={evaluations} what="evaluation" to="/evaluate" />
      {jobs.failed > 0 && <Total of={jobs.failed} what="failed job" to="/jobs?status=failed" />}
    </ul>
  );
}
