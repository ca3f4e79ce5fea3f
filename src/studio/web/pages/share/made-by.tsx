// Job that writes a result, followed to its end: how far, what was written, what is left of the training in it, and
// what to type next.
import { Button, Code, CopyButton } from "@mantine/core";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import { Bytes } from "../../design/numbers.tsx";
import { type Fact, Facts, Panel, Progress } from "../../design/page.tsx";
import { shortPaths } from "../../design/short-paths.ts";
import { Status, View } from "../../design/states.tsx";
import { Failures } from "../jobs/failures.tsx";
import { type Form, nextCommand } from "./forms.ts";
import styles from "./made-by.module.css";
import { type Survival, SurvivalView } from "./survival.tsx";

type Job = components["schemas"]["Job"];

interface Made {
  output?: string;
  outputDir?: string;
  bytes?: number;
  files?: readonly { path: string; bytes: number }[] | number;
  survival?: Survival | null;
  /** Of a text, where one was given. */
  perplexity?: { before: number; after: number; tokens: number } | null;
  bitsPerWeight?: number;
  dropped?: readonly { what: string; why: string }[];
  repository?: { url: string };
  commit?: string;
}

function perplexityText({ before, after, tokens }: NonNullable<Made["perplexity"]>): string {
  const change = (100 * (after / before - 1)).toFixed(1);
  return `${before.toFixed(2)} → ${after.toFixed(2)} (${change} %) over ${tokens} tokens`;
}

function Files({ files }: { files: NonNullable<Made["files"]> }) {
  if (typeof files === "number") return null;
  return (
    <ul className={styles.files} aria-label="Files written">
      {files.map(({ path, bytes }) => (
        <li key={path}>
          <code>{path.split("/").at(-1)}</code> <Bytes of={bytes} />
        </li>
      ))}
    </ul>
  );
}

function Next({ command }: { command: string }) {
  return (
    <div className={styles.next}>
      <Code block className={styles.command}>
        {command}
      </Code>
      <CopyButton value={command}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="default" onClick={copy}>
            {copied ? "Copied" : "Copy the command"}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}

function Written({ job, form }: { job: Job; form: Form | undefined }) {
  const made = (job.result ?? {}) as Made;
  const place = made.outputDir ?? made.output;
  const command = form === undefined || place === undefined ? undefined : nextCommand(form, place);
  const facts: Fact[] = [
    ...(place === undefined ? [] : [{ name: "Written to", value: <code>{place}</code> }]),
    ...(made.bytes === undefined ? [] : [{ name: "Size", value: <Bytes of={made.bytes} /> }]),
    ...(made.bitsPerWeight === undefined
      ? []
      : [{ name: "Bits per weight", value: made.bitsPerWeight.toFixed(2) }]),
    ...(made.perplexity === undefined || made.perplexity === null
      ? []
      : [{ name: "Perplexity on the text", value: perplexityText(made.perplexity) }]),
    ...(made.repository === undefined
      ? []
      : [{ name: "Repository", value: <a href={made.repository.url}>{made.repository.url}</a> }]),
  ];
  return (
    <div className={styles.made}>
      <Facts facts={facts} />
      {made.files !== undefined && <Files files={made.files} />}
      {made.survival !== undefined && made.survival !== null && (
        <SurvivalView survival={made.survival} />
      )}
      {made.dropped !== undefined && made.dropped.length > 0 && (
        <ul className={styles.dropped} aria-label="Left out">
          {made.dropped.map(({ what, why }) => (
            <li key={what}>
              <strong>{what}</strong>: {why}
            </li>
          ))}
        </ul>
      )}
      {command !== undefined && <Next command={command} />}
    </div>
  );
}

export function MadeBy({ id, form }: { id: string; form: Form | undefined }) {
  const progress = $api.useQuery("get", "/api/v1/jobs/{id}", { params: { path: { id } } });
  return (
    <Panel
      title={shortPaths(progress.data?.job.title ?? "Job")}
      side={
        <>
          {progress.data !== undefined && <Status of={progress.data.job.status} />}
          <Link to={`/jobs/${id}`}>Log</Link>
        </>
      }
    >
      <View query={progress} lines={3}>
        {({ job, failures }) => (
          <div aria-live="polite">
            {["pending", "running"].includes(job.status) && (
              <Progress share={null} label={`${job.title} goes on`} />
            )}
            {job.status === "failed" && <Failures failures={failures} error={job.error} />}
            {job.status === "completed" && <Written job={job} form={form} />}
          </div>
        )}
      </View>
    </Panel>
  );
}
