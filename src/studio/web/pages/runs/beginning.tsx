// A run that has been put into the queue and has not begun: how its job stands, until there is a run to show.
import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { $api, api } from "../../api/client.ts";
import { type JobEvent, useEvents } from "../../api/events.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { Link } from "../../app/link.tsx";
import { usePathPart } from "../../app/url-state.ts";
import { Page, Panel, Progress } from "../../design/page.tsx";
import { Status, View } from "../../design/states.tsx";
import styles from "./beginning.module.css";

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

interface Settings {
  config?: Record<string, unknown>;
  origins?: Record<string, string>;
}

const at = (config: unknown, key: string): unknown =>
  key
    .split(".")
    .reduce((under: unknown, part) => (under as Record<string, unknown>)?.[part], config);

/** The form as it was filled in, but the folder: another free one is put forward there. */
function formOf({ parameters }: components["schemas"]["Job"]): string {
  const { config, origins = {} } = (parameters ?? {}) as Settings;
  const own = Object.entries(origins).filter(
    ([key, origin]) => origin === "flag:form" && key !== "output_dir",
  );
  const words = own.map(([key]): [string, string] => {
    const value = at(config, key);
    return [key, typeof value === "string" ? value : JSON.stringify(value)];
  });
  return `/train?${new URLSearchParams(words)}`;
}

/** The same run, though it is estimated not to fit. */
function StartAnyway({ job }: { job: components["schemas"]["Job"] }) {
  const navigate = useNavigate();
  const start = useChange(
    async () => {
      const parameters = { ...(job.parameters as Record<string, never>), force: true };
      const body = { kind: "training", parameters };
      const { data } = await api.POST("/api/v1/jobs", { body });
      return data as typeof job;
    },
    {
      touches: ["/api/v1/jobs", "/api/v1/run"],
      onDone: ({ id }) => void navigate({ to: `/runs/job/${id}`, replace: true } as never),
    },
  );
  return (
    <div className={styles.anyway}>
      <Button variant="outline" loading={start.isPending} onClick={() => start.mutate(undefined)}>
        Start anyway
      </Button>
      <span>The system may kill it, and other programs too.</span>
    </div>
  );
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
    <Page
      title={job.data?.job.status === "failed" ? "The run has not started" : "Starting a run"}
      above={<Link to="/runs">Runs</Link>}
    >
      <Panel>
        <View query={job}>
          {({ job: found }) => {
            const { status, title, error } = found;
            return (
              <>
                <p>
                  <Status of={status} /> {title}
                </p>
                {status === "running" && <Progress share={null} label="Until its first step" />}
                <p className={styles.words}>
                  {status === "pending" &&
                    "It waits for another training run, or for the worker process."}
                  {status === "running" && (phase ?? "Reading the model and the rows.")}
                  {error ?? ""}
                </p>
                {run.data?.does_not_fit === true && <StartAnyway job={found} />}
                {status === "failed" && (
                  <p>
                    <Link to={formOf(found)}>Change its settings</Link>
                  </p>
                )}
                <Link to={`/jobs/${id}`}>Its job</Link>
              </>
            );
          }}
        </View>
      </Panel>
    </Page>
  );
}
