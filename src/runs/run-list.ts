// The list of runs: the small files under FT_HOME that say where runs are, and what became of each, by its own folder.
// What it takes is looked at by hand, so that a list costs no schema; run-index.ts writes the files and shows one run.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ftHome } from "../core/paths.ts";
import { type EndEvent, endOf } from "./course.ts";
import { followedEvents } from "./event-tail.ts";
import type { RunEvent, RunEventOf, RunEventType } from "./events.ts";
import { lockHolder } from "./lock.ts";
import { CONFIG_FILE, writtenRecord } from "./run-record.ts";

/** What the index keeps of a run. */
export interface RunEntry {
  runId: string;
  outputDir: string;
  startedAt: string;
  model: string;
  dataset: string;
  method: string;
}

export type RunStatus = "running" | "completed" | "failed" | "stopped" | "crashed" | "missing";

export interface RunSummary extends RunEntry {
  status: RunStatus;
  /** The last step that is known of: reported, saved, evaluated or stopped after; 0 before the first. */
  step: number;
  totalSteps: number | null;
  trainLoss: number | null;
  validationLoss: number | null;
}

export function indexFolder(): string {
  return join(ftHome(), "runs");
}

const entryFields = ["runId", "outputDir", "startedAt", "model", "dataset", "method"] as const;

function isEntry(value: unknown): value is RunEntry {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return entryFields.every((name) => typeof fields[name] === "string");
}

/** None where the file is none of ours. */
export function readEntry(file: string): RunEntry[] {
  try {
    const entry: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isEntry(entry) ? [entry] : [];
  } catch {
    return [];
  }
}

export function entryFiles(): string[] {
  const folder = indexFolder();
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.map((name) => join(folder, name));
}

export const entries = (): RunEntry[] => entryFiles().flatMap(readEntry);

function lastOf<T extends RunEventType>(
  events: readonly RunEvent[],
  type: T,
): RunEventOf<T> | undefined {
  return events.findLast((event): event is RunEventOf<T> => event.type === type);
}

const ENDS: Readonly<Record<EndEvent["type"], RunStatus>> = {
  "run-completed": "completed",
  "run-failed": "failed",
  "run-stopped": "stopped",
};

const isHeld = ({ outputDir }: RunEntry): boolean => lockHolder(outputDir) !== undefined;

/** `wasHeld`: before its events were read, so that one that ended since has said so in them. */
function statusOf(entry: RunEntry, wasHeld: boolean, events: readonly RunEvent[]): RunStatus {
  if (wasHeld) return "running";
  const end = endOf(events);
  if (end !== undefined) return ENDS[end.type];
  // begun since, where somebody holds it now
  return isHeld(entry) ? "running" : "crashed";
}

/** The folder is still there and still that run's: a later run may have taken its place. */
function isFolderOf(entry: RunEntry): boolean {
  if (!existsSync(join(entry.outputDir, CONFIG_FILE))) return false;
  try {
    return writtenRecord(entry.outputDir).runId === entry.runId;
  } catch {
    return false;
  }
}

/** The step an event tells of; of the start of a resumed run, the one it goes on from. */
function stepOf(event: RunEvent): number | undefined {
  if (event.type === "run-completed") return event.totalSteps;
  if (event.type === "run-started") return event.resumedFromStep ?? undefined;
  return "step" in event ? event.step : undefined;
}

function lastStep(events: readonly RunEvent[]): number {
  const last = events.findLast((event) => stepOf(event) !== undefined);
  return last === undefined ? 0 : (stepOf(last) ?? 0);
}

/** Of a run that was trained on past its first end, what came after that. */
function lastTrainLoss(events: readonly RunEvent[]): number | null {
  const losses = events.map((event) => {
    if (event.type === "run-completed") return event.finalTrainingLoss;
    return event.type === "step-reported" ? event.trainLoss : null;
  });
  return losses.findLast((loss) => loss !== null) ?? null;
}

/** Reads the events of a run: of whoever asks once, or again and again. */
export type EventReader = (folder: string) => readonly RunEvent[];

/** Of a file that nothing has checked. */
const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

export function summarize(entry: RunEntry, read: EventReader): RunSummary {
  const isThere = isFolderOf(entry);
  const wasHeld = isThere && isHeld(entry);
  const events = isThere ? read(entry.outputDir) : [];
  return {
    ...entry,
    status: isThere ? statusOf(entry, wasHeld, events) : "missing",
    step: numberOf(lastStep(events)) ?? 0,
    totalSteps: numberOf(lastOf(events, "run-started")?.totalSteps),
    trainLoss: numberOf(lastTrainLoss(events)),
    validationLoss: numberOf(lastOf(events, "evaluation-finished")?.validationLoss),
  };
}

export const newestFirst = (runs: readonly RunSummary[]): RunSummary[] =>
  runs.toSorted((a, b) => (a.runId < b.runId ? 1 : a.runId > b.runId ? -1 : 0));

/** Every known run, newest first. */
export const listRuns = (read: EventReader = followedEvents): RunSummary[] =>
  newestFirst(entries().map((entry) => summarize(entry, read)));
