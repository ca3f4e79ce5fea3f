// The index of runs under FT_HOME: one small file a run, so that no two runs ever write the same file.
// Only says where runs are; what became of them is read from their own folders.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { writeJsonAtomic } from "../core/atomic-files.ts";
import { nearest } from "../core/nearest.ts";
import { ftHome } from "../core/paths.ts";
import { type Checkpoint, listCheckpoints, readPointer } from "./checkpoints.ts";
import { type EndEvent, endOf } from "./course.ts";
import { readEvents } from "./event-log.ts";
import type { RunEvent, RunEventOf, RunEventType } from "./events.ts";
import { lockHolder } from "./lock.ts";
import { ambiguousRun, replacedRun, unknownRun } from "./run-errors.ts";
import { CONFIG_FILE, readRecord, type RunRecord } from "./run-folder.ts";

export const RunEntry = z.object({
  runId: z.string(),
  outputDir: z.string(),
  startedAt: z.string(),
  model: z.string(),
  dataset: z.string(),
  method: z.string(),
});

export type RunEntry = z.infer<typeof RunEntry>;

export type RunStatus = "running" | "completed" | "failed" | "stopped" | "crashed" | "missing";

export interface RunSummary extends RunEntry {
  status: RunStatus;
  /** The last step that is known of: reported, saved, evaluated or stopped after; 0 before the first. */
  step: number;
  totalSteps: number | null;
  trainLoss: number | null;
  validationLoss: number | null;
}

export interface RunDetails extends RunSummary {
  record: RunRecord;
  checkpoints: Checkpoint[];
  best: Checkpoint | null;
  latest: Checkpoint | null;
  /** The last event of the run. */
  lastEvent: RunEvent | null;
}

function indexFolder(): string {
  return join(ftHome(), "runs");
}

/** Makes a run known to `ft runs`; call it when the run starts. */
export async function recordRun(entry: RunEntry): Promise<void> {
  const absolute = { ...entry, outputDir: resolve(entry.outputDir) };
  await writeJsonAtomic(join(indexFolder(), `${entry.runId}.json`), absolute);
}

/** Takes a run off the list; its folder stays as it is. */
export function forgetRun(runId: string): void {
  rmSync(join(indexFolder(), `${runId}.json`), { force: true });
}

function readEntry(file: string): RunEntry[] {
  try {
    const parsed = RunEntry.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

function entries(): RunEntry[] {
  const folder = indexFolder();
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => readEntry(join(folder, name)));
}

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

function statusOf(entry: RunEntry, events: readonly RunEvent[]): RunStatus {
  if (!isFolderOf(entry)) return "missing";
  if (lockHolder(entry.outputDir) !== undefined) return "running";
  const end = endOf(events);
  return end === undefined ? "crashed" : ENDS[end.type];
}

/** The folder is still there and still that run's: a later run may have taken its place. */
function isFolderOf(entry: RunEntry): boolean {
  if (!existsSync(join(entry.outputDir, CONFIG_FILE))) return false;
  try {
    return readRecord(entry.outputDir).runId === entry.runId;
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

function summarize(entry: RunEntry, read: EventReader): RunSummary {
  const events = isFolderOf(entry) ? read(entry.outputDir) : [];
  return {
    ...entry,
    status: statusOf(entry, events),
    step: lastStep(events),
    totalSteps: lastOf(events, "run-started")?.totalSteps ?? null,
    trainLoss: lastTrainLoss(events),
    validationLoss: lastOf(events, "evaluation-finished")?.validationLoss ?? null,
  };
}

/** Every known run, newest first. */
export function listRuns(read: EventReader = readEvents): RunSummary[] {
  return entries()
    .map((entry) => summarize(entry, read))
    .sort((a, b) => b.runId.localeCompare(a.runId));
}

/** What the index would say, read from a run's configuration; absent values are empty. */
const Described = z.object({
  model: z.object({ name: z.string().catch("") }).catch({ name: "" }),
  data: z.object({ train_file: z.string().catch("") }).catch({ train_file: "" }),
  method: z.string().catch(""),
});

function entryOfFolder(folder: string): RunEntry {
  const { runId, createdAt, config } = readRecord(folder);
  const { model, data, method } = Described.parse(config);
  const outputDir = resolve(folder);
  const dataset = data.train_file;
  return { runId, outputDir, startedAt: createdAt, model: model.name, dataset, method };
}

/** A run by its folder, its id, or the start of its id when only one has it. Throws FT-RUN-007. */
export function showRun(name: string): RunDetails {
  if (existsSync(join(name, CONFIG_FILE))) return details(entryOfFolder(name));
  return showKnownRun(name);
}

/** A run by its id, or the start of it; never by a folder, which whoever asks over a network has no business with. */
export function showKnownRun(name: string, read: EventReader = readEvents): RunDetails {
  const known = entries();
  const matches = known.filter((entry) => entry.runId.startsWith(name));
  const [entry] = matches;
  if (matches.length > 1) {
    throw ambiguousRun(
      name,
      matches.map((each) => each.runId),
    );
  }
  if (entry === undefined) {
    throw unknownRun(
      name,
      nearest(
        name,
        known.map((each) => each.runId),
      ),
    );
  }
  return details(entry, read);
}

/** Throws FT-RUN-002 when the folder is gone, FT-RUN-010 when another run has taken it. */
function details(entry: RunEntry, read: EventReader = readEvents): RunDetails {
  const summary = summarize(entry, read);
  const folder = entry.outputDir;
  const record = readRecord(folder);
  if (record.runId !== entry.runId) throw replacedRun(entry.runId, folder, record.runId);
  return {
    ...summary,
    record,
    checkpoints: listCheckpoints(folder),
    best: readPointer(folder, "best") ?? null,
    latest: readPointer(folder, "latest") ?? null,
    lastEvent: read(folder).at(-1) ?? null,
  };
}
