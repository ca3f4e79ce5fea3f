// The index of runs under FT_HOME: one small file a run, so that no two runs ever write the same file.
// Only says where runs are; what became of them is read from their own folders. The list of all is run-list.ts.
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { writeJsonAtomic } from "../core/atomic-files.ts";
import { nearest } from "../core/nearest.ts";
import { type Checkpoint, listCheckpoints, readPointer } from "./checkpoints.ts";
import { readEvents } from "./event-log.ts";
import type { RunEvent } from "./events.ts";
import { ambiguousRun, replacedRun, unknownRun } from "./run-errors.ts";
import {
  entries,
  type EventReader,
  indexFolder,
  type RunEntry,
  type RunSummary,
  summarize,
} from "./run-list.ts";
import { CONFIG_FILE, readRecord, type RunRecord } from "./run-record.ts";

export interface RunDetails extends RunSummary {
  record: RunRecord;
  checkpoints: Checkpoint[];
  best: Checkpoint | null;
  latest: Checkpoint | null;
  /** The last event of the run. */
  lastEvent: RunEvent | null;
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
export function showKnownRun(
  name: string,
  read: EventReader = readEvents,
  known: readonly RunEntry[] = entries(),
): RunDetails {
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
