// One job: how far, how fast, until when, for how much; what failed and what mends it; its log and parameters.
import { Code } from "@mantine/core";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import { usePathPart } from "../../app/url-state.ts";
import { Ago, Lasting, Money, Num } from "../../design/numbers.tsx";
import { Columns, type Fact, Facts, Page, Panel, Progress } from "../../design/page.tsx";
import { shortPaths } from "../../design/short-paths.ts";
import { Status, View } from "../../design/states.tsx";
import { Deeds } from "./deeds.tsx";
import { Failures } from "./failures.tsx";
import { JobLog } from "./job-log.tsx";
import styles from "./job.module.css";

type Progressed = components["schemas"]["JobProgress"];

function factsOf({ job, units, rate, seconds_left: left, spending }: Progressed): Fact[] {
  const facts: Fact[] = [
    { name: "Kind", value: job.kind },
    {
      name: "Done",
      value: (
        <>
          <Num of={units.done} /> of <Num of={job.units.total} />
        </>
      ),
    },
    { name: "Failed", value: <Num of={units.failed} /> },
    { name: "Spent", value: <Money of={spending.spent} /> },
    { name: "Submitted", value: <Ago at={job.created_at} /> },
  ];
  if (job.priority !== 0) facts.push({ name: "Priority", value: job.priority });
  if (rate !== null && rate > 0 && job.status === "running")
    facts.push({ name: "Speed", value: `${rate.toFixed(rate < 1 ? 2 : 1)} a second` });
  if (left !== null && job.status === "running")
    facts.push({ name: "Time left", value: <Lasting seconds={left} /> });
  if (job.finished_at !== null) facts.push({ name: "Ended", value: <Ago at={job.finished_at} /> });
  return facts;
}

/** Where what a job has made is to be seen. */
function Outcome({ job }: { job: Progressed["job"] }) {
  const result = (job.result ?? {}) as { runId?: string; run_id?: string };
  const run = result.runId ?? result.run_id;
  if (run === undefined) return null;
  return <Link to={`/runs/${run}`}>The run {run}</Link>;
}

export function Job() {
  const id = usePathPart("id");
  const progress = $api.useQuery(
    "get",
    "/api/v1/jobs/{id}",
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data?.job.status === "running" ? 5000 : false) },
  );
  const above = <Link to="/jobs">Jobs</Link>;
  if (progress.data === undefined)
    return (
      <Page title={id} above={above}>
        <View query={progress}>{() => null}</View>
      </Page>
    );
  const { job, units, failures } = progress.data;
  const share = job.units.total > 0 ? (units.done + units.failed) / job.units.total : null;
  return (
    <Page
      title={shortPaths(job.title)}
      above={above}
      lead={<Status of={job.status} />}
      actions={<Deeds job={job} />}
    >
      {job.status === "running" && <Progress share={share} label="Progress" />}
      <Failures failures={failures} error={job.error} />
      <Columns>
        <Panel title="Status">
          <Facts facts={factsOf(progress.data)} />
          <Outcome job={job} />
        </Panel>
        <Panel title="Submitted">
          <Code block className={styles.json} tabIndex={0} aria-label="Parameters of the job">
            {JSON.stringify(job.parameters, null, 2)}
          </Code>
        </Panel>
      </Columns>
      <Panel title="Log" isFlush>
        <JobLog id={job.id} />
      </Panel>
    </Page>
  );
}
