// A view that follows one job: what it has asked for is asked for again soon after each event of it, never more often than
// answers come. Beside events.ts, which does so for lists.
import { useCallback, useRef } from "react";
import { queries } from "./client.ts";
import { type JobEvent, useEvents } from "./events.ts";

/** Milliseconds between two looks. */
const between = 700;

/** `paths`: beginnings of the paths whose answers an event of the job may have changed. */
export function useLive(jobId: string | undefined, paths: readonly string[]): void {
  const due = useRef(false);
  const told = paths.join(" ");
  useEvents(
    useCallback(
      (event: JobEvent) => {
        if (event.job_id !== jobId || due.current) return;
        due.current = true;
        setTimeout(() => {
          due.current = false;
          for (const path of told.split(" "))
            void queries.invalidateQueries(
              { predicate: ({ queryKey }) => String(queryKey[1]).startsWith(path) },
              // an answer that is on its way is waited for
              { cancelRefetch: false },
            );
        }, between);
      },
      [jobId, told],
    ),
  );
}
