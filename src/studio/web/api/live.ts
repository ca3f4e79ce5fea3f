// A view that follows one job: what it has asked for is asked for again after each event of it. Beside events.ts, which does
// so for lists.
import { useCallback } from "react";
import { type JobEvent, refreshSoon, useEvents } from "./events.ts";

/** `paths`: beginnings of the paths whose answers an event of the job may have changed. */
export function useLive(jobId: string | undefined, paths: readonly string[]): void {
  const told = paths.join(" ");
  useEvents(
    useCallback(
      (event: JobEvent) => {
        if (event.job_id === jobId) refreshSoon(...told.split(" "));
      },
      [jobId, told],
    ),
  );
}
