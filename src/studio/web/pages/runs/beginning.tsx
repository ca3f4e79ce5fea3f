// A run that has been put into the queue and has not begun: how its job stands, until there is a run to show.
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { $api } from "../../api/client.ts";
import { type JobEvent, useEvents } from "../../api/events.ts";
import { Link } from "../../app/link.tsx";
import { usePathPart } from "../../app/url-state.ts";
import { Page, Panel, Progress } from "../../design/page.tsx";
import { Status, View } from "../../design/states.tsx";

/** What the trainer does before its first step. */
function usePhase(id: string): string | undefined {
  const [phase, setPhase] = useState<string>();
  const listener = useCallback(
    ({ job_id: job, type, data }: JobEvent) => {
      if (job !== id || type !== "unit-progress") return;
      const { phase: now } = data as { phase?: string };
      if (now !== undefined) setPhase(now);
    },
    [id],
  );
  useEvents(listener);
  return phase;
}

export function Beginning() {
  const id = usePathPart("id");
  const navigate = useNavigate();
  const job = $api.useQuery("get", "/api/v1/jobs/{id}", { params: { path: { id } } });
  const run = $api.useQuery("get", "/api/v1/jobs/{id}/run", { params: { path: { id } } });
  const phase = usePhase(id);
  const begun = run.data?.run_id;
  useEffect(() => {
    if (typeof begun === "string") void navigate({ to: `/runs/${begun}`, replace: true } as never);
  }, [begun, navigate]);
  return (
    <Page title="A run begins" above={<Link to="/runs">Runs</Link>}>
      <Panel>
        <View query={job}>
          {({ job: { status, title, error } }) => (
            <>
              <p>
                <Status of={status} /> {title}
              </p>
              {status === "running" && <Progress share={null} label="Until its first step" />}
              <p>
                {status === "pending" &&
                  "It waits for a training that goes on, or for the process that works on jobs."}
                {status === "running" && (phase ?? "Model and rows are read.")}
                {error ?? ""}
              </p>
              <Link to={`/jobs/${id}`}>Its job</Link>
            </>
          )}
        </View>
      </Panel>
    </Page>
  );
}
