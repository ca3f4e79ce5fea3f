// Home: what goes on, what came of the last runs, how the machine stands, and three ways to begin.
import { Stack } from "@mantine/core";
import { $api } from "../../api/client.ts";
import { Link } from "../../app/link.tsx";
import { Columns, Page, Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { JobLines } from "../jobs/job-lines.tsx";
import { Beginnings } from "./beginnings.tsx";
import { LastRuns } from "./last-runs.tsx";
import { Machine } from "./machine.tsx";
import { Totals } from "./totals.tsx";

const shownJobs = 6;
const shownRuns = 6;

export function Home() {
  const jobs = $api.useQuery("get", "/api/v1/jobs", { params: { query: { limit: shownJobs } } });
  const runs = $api.useQuery("get", "/api/v1/runs", { params: { query: { limit: shownRuns } } });
  const isNew = jobs.data?.jobs.length === 0 && runs.data?.runs.length === 0;
  return (
    <Page
      title={isNew ? "Welcome" : "Home"}
      lead={
        isNew
          ? "Your own model in three steps: data, training, trying it beside the base. Everything stays on this machine."
          : "What is running, what finished, and where to begin."
      }
    >
      <Beginnings />
      {!isNew && <Totals />}
      <Columns least="26rem">
        <Panel title="Work" side={<Link to="/jobs">All jobs</Link>} isFlush>
          <View query={jobs}>
            {({ jobs: found }) =>
              found.length === 0 ? (
                <Empty title="Nothing is running">
                  Training, generation and export jobs appear here while they run.
                </Empty>
              ) : (
                <JobLines jobs={found} />
              )
            }
          </View>
        </Panel>
        <Stack gap="md">
          <Panel title="Last runs" isFlush>
            <View query={runs}>
              {({ runs: found }) =>
                found.length === 0 ? (
                  <Empty title="No run yet">
                    Each training is kept as a run: its settings, curves, checkpoints and result.
                  </Empty>
                ) : (
                  <LastRuns runs={found} />
                )
              }
            </View>
          </Panel>
          <Panel title="This machine">
            <Machine />
          </Panel>
        </Stack>
      </Columns>
    </Page>
  );
}
