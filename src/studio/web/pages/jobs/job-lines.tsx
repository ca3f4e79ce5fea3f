// Jobs as lines: what each is, how it stands, how far it is, what it has cost.
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import lines from "../../design/lines.module.css";
import { Ago, Money, Num } from "../../design/numbers.tsx";
import { Progress } from "../../design/page.tsx";
import { Status } from "../../design/states.tsx";
import styles from "./job-lines.module.css";

type Job = components["schemas"]["Job"];

function Units({ job: { kind, units, status, error } }: { job: Job }) {
  if (status === "failed" && error !== null)
    return <span className={styles.error}>{error.split("\n")[0]}</span>;
  const { total, done, failed } = units;
  return (
    <span className={lines.small}>
      {kind}
      {total > 1 && (
        <>
          , <Num of={done} /> of <Num of={total} />
          {failed > 0 && (
            <>
              , <Num of={failed} /> failed
            </>
          )}
        </>
      )}
    </span>
  );
}

export function JobLines({ jobs }: { jobs: readonly Job[] }) {
  return (
    <ul className={lines.lines}>
      {jobs.map((job) => (
        <li key={job.id} className={lines.line}>
          <div className={`${lines.words} ${styles.grow}`}>
            <Link to={`/jobs/${job.id}`} className={lines.name}>
              {job.title}
            </Link>
            <Units job={job} />
            {job.status === "running" && (
              <Progress
                share={
                  job.units.total > 1 ? (job.units.done + job.units.failed) / job.units.total : null
                }
                label={`${job.title}: progress`}
              />
            )}
          </div>
          <div className={lines.end}>
            <Status of={job.status} />
            <span className={lines.small}>
              {job.spent > 0 && (
                <>
                  <Money of={job.spent} />,{" "}
                </>
              )}
              <Ago at={job.finished_at ?? job.started_at ?? job.created_at} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
