// Why a job stands still, in its own words, and the button that lets it go on once that is mended.
import { Button } from "@mantine/core";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import { useDeed } from "../jobs/deeds.tsx";
import styles from "./job-trouble.module.css";

type Job = components["schemas"]["Job"];

interface Warned {
  type: string;
  data: { level?: string; message?: string; reason?: string; hint?: string };
}

/** The newest word of the log that says why. */
function useReason(job: Job): string | undefined {
  const log = $api.useQuery("get", "/api/v1/jobs/{id}/log", {
    params: { path: { id: job.id }, query: { limit: 1000 } },
  });
  const told = (log.data?.events ?? []) as unknown as Warned[];
  const last = told.findLast(
    ({ type, data }) => type === "unit-failed" || (type === "log" && data.level === "warn"),
  );
  const { message, reason, hint } = last?.data ?? {};
  const said = message ?? reason;
  return said === undefined ? undefined : [said, hint].filter(Boolean).join(". ");
}

export function JobTrouble({ job, errors }: { job: Job; errors: readonly string[] }) {
  const reason = useReason(job);
  const deed = useDeed(job);
  const isPaused = job.status === "paused";
  const said = job.error ?? reason ?? errors.at(-1) ?? "It was paused.";
  return (
    <div className={styles.trouble} role="alert">
      <p className={styles.words}>{said}</p>
      <div className={styles.ways}>
        <Button
          size="xs"
          variant="default"
          loading={deed.isPending}
          onClick={() => deed.mutate(isPaused ? "resume" : "retry")}
        >
          {isPaused ? "Resume" : "Try again"}
        </Button>
        <Link to={`/jobs/${job.id}`}>Job and log</Link>
        <Link to="/settings">Providers and keys</Link>
      </div>
    </div>
  );
}
