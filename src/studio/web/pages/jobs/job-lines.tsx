// Jobs as lines: what each is, how it stands, how far it is, what it has cost.
import { useEffect } from "react";
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import lines from "../../design/lines.module.css";
import { Ago, Money, Num } from "../../design/numbers.tsx";
import { Progress } from "../../design/page.tsx";
import { shortPaths } from "../../design/short-paths.ts";
import { Status } from "../../design/states.tsx";
import { useWindowRows } from "../../design/use-window-rows.ts";
import styles from "./job-lines.module.css";

type Job = components["schemas"]["Job"];

/** The last folder or file of where it writes: jobs may be alike in all else. */
function placeOf({ parameters }: Job): string {
  const { output, config } = (parameters ?? {}) as {
    output?: unknown;
    config?: { output_dir?: unknown };
  };
  const place = output ?? config?.output_dir;
  return typeof place === "string" ? (place.split("/").findLast((part) => part !== "") ?? "") : "";
}

function Units({ job }: { job: Job }) {
  const { kind, units, status, error } = job;
  if (status === "failed" && error !== null)
    return <span className={styles.error}>{error.split("\n")[0]}</span>;
  const { total, done, failed } = units;
  const place = placeOf(job);
  return (
    <span className={lines.small}>
      {kind}
      {place !== "" && ` into ${place}`}
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

function Line({ job }: { job: Job }) {
  return (
    <>
      <div className={`${lines.words} ${styles.grow}`}>
        <Link to={`/jobs/${job.id}`} className={lines.name}>
          {shortPaths(job.title)}
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
    </>
  );
}

const lineHeight = 58;

export interface JobLinesProps {
  jobs: readonly Job[];
  /** Called when the last of them comes into sight. */
  onEnd?: (() => void) | undefined;
}

export function JobLines({ jobs, onEnd }: JobLinesProps) {
  const { frame, places, before, after, measure } = useWindowRows(jobs.length, lineHeight);
  const isEnd = places.at(-1) === jobs.length - 1;
  useEffect(() => {
    if (isEnd) onEnd?.();
  }, [isEnd, onEnd]);
  return (
    <ul className={lines.lines} ref={frame} style={{ paddingTop: before, paddingBottom: after }}>
      {places.map((place) => {
        const job = jobs[place];
        return job === undefined ? null : (
          <li
            key={job.id}
            className={lines.line}
            ref={measure}
            data-index={place}
            aria-setsize={jobs.length}
            aria-posinset={place + 1}
          >
            <Line job={job} />
          </li>
        );
      })}
    </ul>
  );
}
