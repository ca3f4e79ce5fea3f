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
          ? "A model of your own in three steps: data, training, trying it beside what it was. All of it stays on this machine."
          : "What goes on, what came of it, and where to begin."
      }
    >
      <Beginnings />
      {!isNew && <Totals />}
      <Columns least="26rem">
        <Panel title="Work" side={<Link to="/jobs">All jobs</Link>} isFlush>
          <View query={jobs}>
            {({ jobs: found }) =>
              found.length === 0 ? (
                <Empty title="Nothing runs, nothing waits">
                  Trainings, generated data and exports stand here while they go on.
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
