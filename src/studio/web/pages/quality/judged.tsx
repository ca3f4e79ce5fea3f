// A quality job: what it has come to, then its rows one by one; or twenty of them to be rated blind. Which is seen stands
// in the address.
import { SegmentedControl } from "@mantine/core";
import { $api } from "../../api/client.ts";
import { useLive } from "../../api/live.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { usePathPart, useUrlState } from "../../app/url-state.ts";
import { Page, Progress } from "../../design/page.tsx";
import { Status, View } from "../../design/states.tsx";
import { JobTrouble } from "../generate/job-trouble.tsx";
import { Deeds } from "../jobs/deeds.tsx";
import { Blind } from "./blind.tsx";
import { JudgedRows } from "./judged-rows.tsx";
import { Outcome } from "./outcome.tsx";

const views = [
  { value: "rows", label: "Rows" },
  { value: "rate", label: "Rate 20 rows yourself" },
];

const isEnded = (status: string): boolean => ["completed", "failed", "cancelled"].includes(status);

export function Judged() {
  const id = Number(usePathPart("id"));
  const [search, change] = useUrlState();
  const summary = $api.useQuery(
    "get",
    "/api/v1/quality/{job_id}",
    { params: { path: { job_id: id } } },
    {
      refetchInterval: ({ state }) =>
        state.data === undefined || isEnded(state.data.job.status) ? false : 5000,
    },
  );
  useLive(summary.data?.job.id, ["/api/v1/quality/{job_id}"]);
  const above = <Link to="/quality">Quality</Link>;
  if (summary.data === undefined)
    return (
      <Page title={`Quality job ${id}`} above={above}>
        <View query={summary}>{() => null}</View>
      </Page>
    );
  const { job, dataset, counts } = summary.data;
  const total = Math.max(job.units.total - 2, counts.processed);
  const view = search["view"] ?? "rows";
  return (
    <Page
      title={dataset?.name ?? job.title}
      above={above}
      lead={
        <>
          <Status of={job.status} /> {counts.processed.toLocaleString("en")} of{" "}
          {total.toLocaleString("en")} rows judged.
        </>
      }
      actions={
        <>
          {job.status !== "completed" && <Deeds job={job} />}
          {dataset !== null && <ButtonLink to={`/data/${dataset.id}`}>Open the dataset</ButtonLink>}
        </>
      }
    >
      {job.status === "running" && (
        <Progress share={total === 0 ? null : counts.processed / total} label="Rows judged" />
      )}
      {["failed", "paused"].includes(job.status) && (
        <JobTrouble job={job} errors={summary.data.errors.map(String)} />
      )}
      <Outcome summary={summary.data} />
      <div>
        <SegmentedControl
          aria-label="What is seen"
          data={views}
          value={view}
          onChange={(next) => change({ view: next === "rows" ? "" : next })}
        />
      </div>
      {view === "rate" ? (
        <Blind id={id} />
      ) : (
        <JudgedRows id={id} criteria={summary.data.criteria} />
      )}
    </Page>
  );
}
