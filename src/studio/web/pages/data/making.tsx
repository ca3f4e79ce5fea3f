// Sets made of others: of few rows at once, of many by a job. The job in hand stands in the address, so that a reload finds
// it again; what it makes is opened from here.
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { $api, api } from "../../api/client.ts";
import { type JobEvent, refresh, refreshSoon, useEvents } from "../../api/events.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { Num } from "../../design/numbers.tsx";
import { Progress } from "../../design/page.tsx";
import { JobTrouble } from "../generate/job-trouble.tsx";
import styles from "./going-on.module.css";
import { addressOf, touched } from "./queries.ts";

export type MadeSet = components["schemas"]["MadeSet"];

/** What a set of others is made of. */
export interface Wanted {
  making: "merge" | "sample" | "convert" | "version" | "review";
  options: Record<string, unknown>;
}

export const madeText = ({ name, rows, note }: MadeSet): string =>
  `${name}: ${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}${note === "" ? "" : `; ${note}`}`;

interface MakingOptions {
  /** When it is asked for: a dialog closes. */
  onAsked?: (() => void) | undefined;
  /** When it was made at once. */
  onMade?: ((made: MadeSet) => void) | undefined;
  /** Beginnings of paths whose answers it changes beside those of sets. */
  more?: readonly string[];
}

export function useMaking({ onAsked, onMade, more = [] }: MakingOptions) {
  const [, change] = useUrlState();
  return useChange(async (body: Wanted) => (await api.POST("/api/v1/data/make", { body })).data!, {
    touches: [...touched, "/api/v1/jobs", ...more],
    done: ({ made }) => (made === null ? "Many rows: a job does it" : madeText(made)),
    onDone: ({ made, job_id: job }) => {
      onAsked?.();
      if (made !== null) onMade?.(made);
      else if (job !== null) change({ making: job });
    },
  });
}

/** Goes to what was made. */
export function useOpened(): (made: MadeSet) => void {
  const navigate = useNavigate();
  return ({ set }) => void navigate({ to: addressOf(set) } as never);
}

interface Rows {
  done: number;
  total: number;
}

/** Rows that the job has read, as its events say. */
export function useRows(job: string): Rows | undefined {
  const [rows, setRows] = useState<Rows>();
  useEvents(
    useCallback(
      ({ job_id: of, type, data }: JobEvent) => {
        if (of !== job) return;
        refreshSoon("/api/v1/jobs/{id}");
        if (type === "unit-progress") setRows(data as Rows);
        if (type === "job-completed") refresh(...touched, "/api/v1/reviews");
      },
      [job],
    ),
  );
  return rows;
}

function Going({ job: id }: { job: string }) {
  const [, change] = useUrlState();
  const rows = useRows(id);
  const query = $api.useQuery("get", "/api/v1/jobs/{id}", { params: { path: { id } } });
  const job = query.data?.job;
  if (job === undefined) return null;
  if (job.status === "failed" || job.status === "paused")
    return <JobTrouble job={job} errors={[]} />;
  if (job.status === "cancelled") return null;
  if (job.status === "completed") {
    const made = job.result as MadeSet;
    return (
      <div className={styles.going} role="status">
        <span>{madeText(made)}</span>
        <span />
        <span className={styles.ways}>
          <ButtonLink to={addressOf(made.set)} kind="quiet">
            Open the dataset
          </ButtonLink>
          <button type="button" className={styles.away} onClick={() => change({ making: "" })}>
            Dismiss
          </button>
        </span>
      </div>
    );
  }
  return (
    <div className={styles.going} role="status">
      <span>
        {job.title}
        {rows !== undefined && (
          <>
            : <Num of={rows.done} /> of <Num of={rows.total} /> rows
          </>
        )}
      </span>
      <Progress share={rows === undefined ? null : rows.done / rows.total} label={job.title} />
      <Link to={`/jobs/${id}`}>Job</Link>
    </div>
  );
}

/** The set that is being made, where one is. */
export function MakingGoing() {
  const [{ making }] = useUrlState();
  return making === undefined || making === "" ? null : <Going key={making} job={making} />;
}
