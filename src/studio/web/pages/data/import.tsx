// Files taken in: dropped anywhere on the page or chosen. Each gets a report: what was read and, with their lines, the
// rows that cannot be used; with such rows nothing is made until a person says so.
import { Button } from "@mantine/core";
import { Upload } from "lucide-react";
import { type DragEvent, type ReactNode, useState } from "react";
import { request } from "../../api/client.ts";
import { refresh } from "../../api/events.ts";
import { ApiFault } from "../../api/fault.ts";
import type { components } from "../../api/generated.d.ts";
import { useUrlState } from "../../app/url-state.ts";
import { Progress } from "../../design/page.tsx";
import { ImportJob } from "./import-job.tsx";
import { type Report, ReportFrame, ReportView } from "./import-report.tsx";
import styles from "./import.module.css";
import { touched } from "./queries.ts";

type Answer = components["schemas"]["ImportReport"];

interface Taking {
  id: number;
  file: File;
  report?: Report;
  fault?: ApiFault;
  /** Ends the request: nothing is made of it. */
  leave: () => void;
}

export interface Imports {
  all: readonly Taking[];
  /** Jobs that take large files in, as the address has them: a reload finds them again. */
  jobs: readonly string[];
  take: (files: readonly File[]) => void;
  again: (taking: Taking) => void;
  forget: (id: number) => void;
  /** Puts a job's report away, in the place of which another may stand. */
  forgetJob: (job: string, instead?: string) => void;
  choose: () => void;
  setInput: (input: HTMLInputElement | null) => void;
}

async function send(file: File, leavesOut: boolean, signal: AbortSignal): Promise<Answer> {
  const form = new FormData();
  if (leavesOut) form.append("leave_out", "yes");
  form.append("file", file, file.name);
  const answer = await request("/api/v1/data/import", { method: "POST", body: form, signal });
  return (await answer.json()) as Answer;
}

type Jobs = readonly string[];

/** Kept in the address. */
function useImportJobs(): [Jobs, (change: (before: Jobs) => Jobs) => void] {
  const [search, change] = useUrlState();
  const of = (text: string | undefined): Jobs => (text ?? "").split(",").filter(Boolean);
  const jobs = of(search["importing"]);
  // several files may come while one is drawn: each is added to what stands in the address then
  const set = (next: (before: Jobs) => Jobs): void =>
    change({
      importing: next(of(new URLSearchParams(location.search).get("importing") ?? "")).join(","),
    });
  return [jobs, set];
}

let counted = 0;

export function useImports(): Imports {
  const [all, setAll] = useState<readonly Taking[]>([]);
  const [input, setInput] = useState<HTMLInputElement | null>(null);
  const [jobs, setJobs] = useImportJobs();
  const forget = (id: number): void => setAll((before) => before.filter((one) => one.id !== id));
  const put = (taking: Taking): void =>
    setAll((before) => [taking, ...before.filter(({ id }) => id !== taking.id)]);
  // a second click before the first is drawn would import the file twice
  const [going] = useState(() => new Set<number>());
  const work = async (id: number, file: File, leavesOut: boolean): Promise<void> => {
    if (going.has(id)) return;
    going.add(id);
    const leaving = new AbortController();
    const leave = (): void => leaving.abort();
    put({ id, file, leave });
    try {
      const report = await send(file, leavesOut, leaving.signal);
      if (report.job_id === null) put({ id, file, leave, report });
      else {
        forget(id);
        setJobs((before) => [report.job_id as string, ...before]);
      }
      refresh(...touched, "/api/v1/jobs");
    } catch (error) {
      if (!leaving.signal.aborted) put({ id, file, leave, fault: ApiFault.of(error) });
    } finally {
      going.delete(id);
    }
  };
  return {
    ...{ all, jobs, setInput, forget },
    forgetJob: (job, instead) =>
      setJobs((before) => before.flatMap((one) => (one === job ? (instead ?? []) : one))),
    take: (files) => {
      for (const file of files) void work(++counted, file, false);
    },
    again: ({ id, file, report }) => void work(id, file, report !== undefined),
    choose: () => input?.click(),
  };
}

export function ImportButton({ imports: { choose, setInput, take } }: { imports: Imports }) {
  return (
    <>
      <Button leftSection={<Upload size={15} aria-hidden="true" />} onClick={choose}>
        Import a file
      </Button>
      <input
        ref={setInput}
        type="file"
        multiple
        hidden
        aria-label="Files of rows"
        accept=".jsonl,.ndjson,.json,.csv,.tsv,.parquet,.txt"
        onChange={({ currentTarget }) => {
          take([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}

export function DropZone({ onFiles, children }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes("Files");
  return (
    <div
      className={styles.zone}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {isOver && <div className={styles.hint}>Drop to import</div>}
    </div>
  );
}

interface DropZoneProps {
  onFiles: (files: readonly File[]) => void;
  children: ReactNode;
}

function Told({ taking, imports }: { taking: Taking; imports: Imports }) {
  const { file, report, fault } = taking;
  if (fault !== undefined)
    return (
      <>
        <p className={styles.words}>
          {fault.message} {fault.hint}
        </p>
        <Button size="compact-sm" variant="default" onClick={() => imports.again(taking)}>
          Try again
        </Button>
      </>
    );
  if (report === undefined) return <Progress share={null} label={`Reading ${file.name}`} />;
  return <ReportView report={report} onWithout={() => imports.again(taking)} />;
}

export function ImportReports({ imports }: { imports: Imports }) {
  return (
    <div aria-live="polite" className={styles.reports}>
      {imports.jobs.map((job) => (
        <ImportJob key={job} id={job} onAway={(instead) => imports.forgetJob(job, instead)} />
      ))}
      {imports.all.map((taking) => {
        const isBad =
          taking.fault !== undefined ||
          (taking.report !== undefined && taking.report.made === null);
        return (
          <ReportFrame
            key={taking.id}
            name={taking.file.name}
            tone={isBad ? "bad" : taking.report === undefined ? "wait" : "good"}
            onAway={() => {
              taking.leave();
              imports.forget(taking.id);
            }}
          >
            <Told taking={taking} imports={imports} />
          </ReportFrame>
        );
      })}
    </div>
  );
}
