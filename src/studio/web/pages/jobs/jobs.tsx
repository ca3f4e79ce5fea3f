// The queue: what runs and waits above, what has ended below. Which are shown stands in the address.
import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { $api } from "../../api/client.ts";
import { useUrlState } from "../../app/url-state.ts";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { JobLines } from "./job-lines.tsx";

const filters = [
  "all",
  "running",
  "pending",
  "paused",
  "completed",
  "failed",
  "cancelled",
] as const;
type Filter = (typeof filters)[number];

const isFilter = (text: string | undefined): text is Filter =>
  (filters as readonly (string | undefined)[]).includes(text);

const pageOfJobs = 50;

export function Jobs() {
  const [{ status }, setState] = useUrlState();
  const [shown, setShown] = useState(pageOfJobs);
  const filter = isFilter(status) ? status : "all";
  const wanted = filter === "all" ? {} : { status: filter };
  const jobs = $api.useQuery("get", "/api/v1/jobs", {
    params: { query: { ...wanted, limit: shown } },
  });
  return (
    <Page
      title="Jobs"
      lead="One queue for everything that takes time. Jobs go on when this page is closed, and after a restart."
    >
      <SegmentedControl
        aria-label="Which jobs"
        value={filter}
        onChange={(value) => setState({ status: value === "all" ? undefined : value })}
        data={filters.map((value) => ({ value, label: value }))}
      />
      <Panel isFlush>
        <View query={jobs} lines={8}>
          {({ jobs: found }) =>
            found.length === 0 ? (
              <Empty title={filter === "all" ? "The queue is empty" : `No job is ${filter}`}>
                Training, generating, evaluating, exporting and uploading put their work here.
              </Empty>
            ) : (
              <>
                <JobLines jobs={found} />
                {found.length === shown && (
                  <Button variant="subtle" fullWidth onClick={() => setShown(shown + pageOfJobs)}>
                    Show more
                  </Button>
                )}
              </>
            )
          }
        </View>
      </Panel>
    </Page>
  );
}
