// Files taken in: dropped anywhere on the page or chosen. Each gets a report: what was read and, with their lines, the
// rows that cannot be used; with such rows nothing is made until a person says so.
import { Button } from "@mantine/core";
import { Upload, X } from "lucide-react";
import { type DragEvent, type ReactNode, useState } from "react";
import { request } from "../../api/client.ts";
import { refresh } from "../../api/events.ts";
import { ApiFault } from "../../api/fault.ts";
import type { components } from "../../api/generated.d.ts";
import { Link } from "../../app/link.tsx";
import { Count, Num } from "../../design/numbers.tsx";
import { Progress } from "../../design/page.tsx";
import styles from "./import.module.css";
import { addressOf, touched } from "./queries.ts";

type Report = components["schemas"]["ImportReport"];

interface Taking {
  id: number;
  file: File;
  report?: Report;
  fault?: ApiFault;
}

export interface Imports {
  all: readonly Taking[];
  take: (files: readonly File[]) => void;
  again: (taking: Taking) => void;
  forget: (id: number) => void;
  choose: () => void;
  setInput: (input: HTMLInputElement | null) => void;
}

async function send(file: File, leavesOut: boolean): Promise<Report> {
  const form = new FormData();
  if (leavesOut) form.append("leave_out", "yes");
  form.append("file", file, file.name);
  const answer = await request("/api/v1/data/import", { method: "POST", body: form });
  return (await answer.json()) as Report;
}

let counted = 0;

export function useImports(): Imports {
  const [all, setAll] = useState<readonly Taking[]>([]);
  const [input, setInput] = useState<HTMLInputElement | null>(null);
  const put = (taking: Taking): void =>
    setAll((before) => [taking, ...before.filter(({ id }) => id !== taking.id)]);
  // a second click before the first is drawn would import the file twice
  const [going] = useState(() => new Set<number>());
  const work = async (id: number, file: File, leavesOut: boolean): Promise<void> => {
    if (going.has(id)) return;
    going.add(id);
    put({ id, file });
    try {
      put({ id, file, report: await send(file, leavesOut) });
      refresh(...touched);
    } catch (error) {
      put({ id, file, fault: ApiFault.of(error) });
    } finally {
      going.delete(id);
    }
  };
  return {
    ...{ all, setInput },
    take: (files) => {
      for (const file of files) void work(++counted, file, false);
    },
    again: ({ id, file, report }) => void work(id, file, report !== undefined),
    forget: (id) => setAll((before) => before.filter((one) => one.id !== id)),
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

function Left({ report }: { report: Report }) {
  const { left, left_out: count } = report;
  return (
    <>
      <ul className={styles.left}>
        {left.slice(0, 20).map(({ line, field, why, text }) => (
          <li key={`${line}${field}`}>
            <span className={styles.line}>line {line}</span>
            <span>
              {field !== "" && <code>{field}</code>} {why}
              {text !== "" && (
                <span className={styles.text} dir="auto">
                  {text}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
      {count > 20 && (
        <p className={styles.more}>
          and <Num of={count - 20} /> more
        </p>
      )}
    </>
  );
}

function Losses({ report }: { report: Report }) {
  if (report.losses.length === 0) return null;
  return (
    <ul className={styles.left}>
      {report.losses.map(({ field, why, rows }) => (
        <li key={`${field}${why}`}>
          <span className={styles.line}>
            <Count of={rows} what="row" />
          </span>
          <span>
            <code>{field}</code> {why}
          </span>
        </li>
      ))}
    </ul>
  );
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
  if (report === undefined) return <Progress share={null} label={`${file.name} is read`} />;
  const { rows, taken, left_out: left, made, form } = report;
  return (
    <>
      <p className={styles.words}>
        <Count of={rows} what="row" /> read
        {made !== null && (
          <>
            , <Num of={taken} /> taken in as {form}
          </>
        )}
        {left > 0 && (
          <>
            , <Num of={left} /> {made === null ? "cannot be used" : "left out"}
          </>
        )}
        {made === null && <>. Nothing has been made yet.</>}
      </p>
      <Left report={report} />
      <Losses report={report} />
      {made === null ? (
        taken > 0 && (
          <Button size="compact-sm" onClick={() => imports.again(taking)}>
            Import the other {taken === 1 ? "row" : `${taken} rows`} without them
          </Button>
        )
      ) : (
        <Link to={`${addressOf(made)}?tab=rows`}>Look through the rows</Link>
      )}
    </>
  );
}

export function ImportReports({ imports }: { imports: Imports }) {
  return (
    <div aria-live="polite" className={styles.reports}>
      {imports.all.map((taking) => {
        const isBad =
          taking.fault !== undefined ||
          (taking.report !== undefined && taking.report.made === null);
        return (
          <section
            key={taking.id}
            className={styles.report}
            data-tone={isBad ? "bad" : taking.report === undefined ? "wait" : "good"}
            aria-label={`Import of ${taking.file.name}`}
          >
            <div className={styles.head}>
              <strong>{taking.file.name}</strong>
              <button
                type="button"
                className={styles.close}
                aria-label={`Put the report of ${taking.file.name} away`}
                onClick={() => imports.forget(taking.id)}
              >
                <X size={14} aria-hidden="true" />
              </button>
            </div>
            <Told taking={taking} imports={imports} />
          </section>
        );
      })}
    </div>
  );
}
