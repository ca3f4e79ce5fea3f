// A large file that a job takes in: how far it is, a way to end it, and then its report. The page may be closed meanwhile.
import { Button } from "@mantine/core";
import { $api, api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { Link } from "../../app/link.tsx";
import { Num } from "../../design/numbers.tsx";
import { Progress } from "../../design/page.tsx";
import { View } from "../../design/states.tsx";
import { JobTrouble } from "../generate/job-trouble.tsx";
import { type Report, ReportFrame, ReportView } from "./import-report.tsx";
import styles from "./import.module.css";
import { useRows } from "./making.tsx";

function Going({ id, name }: { id: string; name: string }) {
  const rows = useRows(id);
  const cancel = useChange(
    async () => await api.POST("/api/v1/jobs/{id}/cancel", { params: { path: { id } } }),
    { touches: ["/api/v1/jobs"], done: () => `No dataset was made from ${name}` },
  );
  const isMade = rows !== undefined && rows.total > 0;
  return (
    <>
      <Progress share={isMade ? rows.done / rows.total : null} label={`Importing ${name}`} />
      <p className={styles.words}>
        {rows === undefined ? (
          "You can close this page meanwhile."
        ) : isMade ? (
          <>
            <Num of={rows.done} /> of <Num of={rows.total} /> rows imported
          </>
        ) : (
          <>
            <Num of={rows.done} /> rows read
          </>
        )}
      </p>
      <div className={styles.ways}>
        <Button
          size="compact-sm"
          variant="default"
          loading={cancel.isPending}
          onClick={() => cancel.mutate(undefined)}
        >
          Cancel
        </Button>
        <Link to={`/jobs/${id}`}>Job</Link>
      </div>
    </>
  );
}

export function ImportJob({ id, onAway }: { id: string; onAway: (instead?: string) => void }) {
  const query = $api.useQuery("get", "/api/v1/jobs/{id}", { params: { path: { id } } });
  const without = useChange(
    async () =>
      (await api.POST("/api/v1/data/import/{job}/without", { params: { path: { job: id } } }))
        .data!,
    { touches: ["/api/v1/jobs"], onDone: (job) => onAway(job.id) },
  );
  const job = query.data?.job;
  if (job === undefined) return <View query={query}>{() => null}</View>;
  const { name } = job.parameters as { name: string };
  const report = job.status === "completed" ? (job.result as Report) : undefined;
  const isBad = ["failed", "paused"].includes(job.status) || report?.made === null;
  const tone = isBad ? "bad" : report === undefined ? "wait" : "good";
  return (
    <ReportFrame name={name} tone={tone} onAway={() => onAway()}>
      {["pending", "running"].includes(job.status) && <Going id={id} name={name} />}
      {["failed", "paused"].includes(job.status) && <JobTrouble job={job} errors={[]} />}
      {job.status === "cancelled" && (
        <p className={styles.words}>It was cancelled; no dataset was made.</p>
      )}
      {report !== undefined && (
        <ReportView report={report} onWithout={() => without.mutate(undefined)} />
      )}
    </ReportFrame>
  );
}
