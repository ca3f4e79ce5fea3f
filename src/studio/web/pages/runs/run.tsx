// One run, while it goes on and after: how far, curves, samples beside the base model's, log, settings, checkpoints, notes.
import { Tabs } from "@mantine/core";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { usePathPart, useUrlState } from "../../app/url-state.ts";
import { Chip } from "../../design/conversation.tsx";
import { Ago, Lasting, Num } from "../../design/numbers.tsx";
import { type Fact, Facts, Page, Panel, Progress } from "../../design/page.tsx";
import { Empty, Status, Trouble, View } from "../../design/states.tsx";
import { CurveControls } from "./controls.tsx";
import { Deeds } from "./deeds.tsx";
import { RunLog } from "./log.tsx";
import { Notes } from "./notes.tsx";
import { nameOf, useControl, useCurves, useRun } from "./queries.ts";
import { RunCurves } from "./run-curves.tsx";
import styles from "./run.module.css";
import { Samples } from "./samples.tsx";
import { SettingsTable } from "./settings-table.tsx";

type Details = components["schemas"]["RunDetails"];

interface LastEvent {
  type?: string;
  seconds?: number;
  message?: string;
  hint?: string | null;
  code?: string;
}

/** The service that a run computes at, by its address. */
function serviceOf(record: unknown): string | undefined {
  const { remote } = (record ?? {}) as { remote?: { baseUrl?: unknown } };
  const address = remote?.baseUrl;
  return typeof address === "string" && URL.canParse(address) ? new URL(address).host : undefined;
}

function factsOf({ run, record, last_event: last }: Details): Fact[] {
  const { seconds } = (last ?? {}) as LastEvent;
  const service = serviceOf(record);
  const facts: Fact[] = [
    { name: "Method", value: run.method },
    { name: "Training loss", value: <Num of={run.train_loss} digits={4} /> },
    { name: "Validation loss", value: <Num of={run.validation_loss} digits={4} /> },
    { name: "Begun", value: <Ago at={run.started_at} /> },
  ];
  if (service !== undefined) facts.push({ name: "Speed", value: service });
  if (seconds !== undefined && run.status === "completed")
    facts.push({ name: "Took", value: <Lasting seconds={seconds} /> });
  return facts;
}

/** Steps of the job that trains it, and what it does between them. */
function Going({ id, run }: { id: string; run: Details["run"] }) {
  const control = useControl(id, true);
  const job = control.data?.job;
  const progress = $api.useQuery(
    "get",
    "/api/v1/jobs/{id}",
    { params: { path: { id: job?.id ?? "" } } },
    { enabled: job?.status === "running" },
  );
  const total = run.total_steps ?? 0;
  const left = progress.data?.seconds_left ?? null;
  return (
    <div className={styles.going}>
      <Progress share={total > 0 ? run.step / total : null} label="Steps" />
      <span>
        step <Num of={run.step} /> of <Num of={run.total_steps} />
        {left !== null && (
          <>
            , <Lasting seconds={left} /> left
          </>
        )}
      </span>
    </div>
  );
}

function Checkpoints({ checkpoints, run }: Pick<Details, "checkpoints" | "run">) {
  if (checkpoints.length === 0)
    return (
      <Empty title="No checkpoint yet">
        Checkpoints are saved every few steps and when a run is stopped.
      </Empty>
    );
  return (
    <ul className={styles.checkpoints}>
      {checkpoints.toReversed().map(({ step, path, is_best: best, is_latest: latest, remote }) => (
        <li key={step}>
          <b>step {step}</b>
          {best && <Chip tone="good">best</Chip>}
          {latest && <Chip tone="accent">latest</Chip>}
          <code title={path}>{path.replace(run.output_dir, "…")}</code>
          {remote !== null && <code title={remote.state_uri}>{remote.sampler_uri}</code>}
        </li>
      ))}
    </ul>
  );
}

const tabs = ["curves", "samples", "log", "settings"] as const;

function Whole({ details }: { details: Details }) {
  const { run, record, checkpoints, last_event: last } = details;
  const [{ tab = "curves" }, setState] = useUrlState();
  const curves = useCurves(run.id);
  const { type, message, hint } = (last ?? {}) as LastEvent;
  const failure = type === "run-failed" ? { message, hint } : undefined;
  return (
    <>
      {run.status === "running" && <Going id={run.id} run={run} />}
      {failure !== undefined && (
        <div className={styles.failure} role="status">
          <b>{failure.message}</b>
          <p>{failure.hint}</p>
        </div>
      )}
      <div className={styles.sides}>
        <Tabs
          value={tab}
          onChange={(value) =>
            setState({ tab: value === "curves" ? undefined : (value ?? undefined) })
          }
          keepMounted={false}
        >
          <div className={styles.tabs}>
            <Tabs.List>
              {tabs.map((name) => (
                <Tabs.Tab key={name} value={name}>
                  {name}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {tab === "curves" && <CurveControls />}
          </div>
          <Tabs.Panel value="curves">
            <View query={curves} lines={10}>
              {({ series }) => <RunCurves series={series} />}
            </View>
          </Tabs.Panel>
          <Tabs.Panel value="samples">
            <Samples id={run.id} />
          </Tabs.Panel>
          <Tabs.Panel value="log">
            <RunLog id={run.id} isRunning={run.status === "running"} />
          </Tabs.Panel>
          <Tabs.Panel value="settings">
            <SettingsTable
              record={
                record as { config: Record<string, unknown>; origins?: Record<string, string> }
              }
            />
          </Tabs.Panel>
        </Tabs>
        <aside className={styles.aside} aria-label="About the run">
          <Panel>
            <Facts facts={factsOf(details)} />
          </Panel>
          <Notes id={run.id} />
          <Panel title="Checkpoints">
            <Checkpoints {...{ checkpoints, run }} />
            <p className={styles.folder}>
              in <code>{run.output_dir}</code>
            </p>
          </Panel>
        </aside>
      </div>
    </>
  );
}

export function Run() {
  const id = usePathPart("id");
  const details = useRun(id);
  const above = <Link to="/runs">Runs</Link>;
  if (details.data === undefined)
    return (
      <Page title={id} above={above}>
        <View query={details} lines={10}>
          {() => null}
        </View>
      </Page>
    );
  const { run } = details.data;
  return (
    <Page
      title={nameOf(run)}
      above={above}
      lead={
        <>
          <Status of={run.status} /> <code>{run.id}</code>
        </>
      }
      actions={
        <>
          {run.status === "completed" && (
            <ButtonLink to={`/try?run=${run.id}`}>Try it beside its base</ButtonLink>
          )}
          {run.status === "completed" && (
            <>
              <ButtonLink kind="quiet" to={`/evaluate/new?run=${run.id}`}>
                Evaluate
              </ButtonLink>
              <ButtonLink kind="quiet" to={`/share/${run.id}`}>
                Share
              </ButtonLink>
            </>
          )}
          <ButtonLink kind="quiet" to={`/runs/compare?ids=${run.id}`}>
            Compare
          </ButtonLink>
          <Deeds id={run.id} isRunning={run.status === "running"} />
        </>
      }
    >
      {details.error !== null && (
        <Trouble error={details.error} onRetry={() => void details.refetch()} />
      )}
      <Whole details={details.data} />
    </Page>
  );
}
