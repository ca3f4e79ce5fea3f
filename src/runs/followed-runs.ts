// The list of runs and their notes for whoever asks again and again, as the studio does: of a run that does not go on, what
// was read once stays in memory until one of its files is another. What it says is what run-list.ts and notes.ts say.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ByStamp } from "./by-stamp.ts";
import { EVENTS_FILE } from "./event-log.ts";
import { followedEvents } from "./event-tail.ts";
import { LOCK_FILE } from "./lock.ts";
import { NOTES_FILE, readNotes, type RunNotes } from "./notes.ts";
import { type RunDetails, showKnownRun } from "./run-index.ts";
import {
  entryFiles,
  newestFirst,
  readEntry,
  type RunEntry,
  type RunSummary,
  summarize,
} from "./run-list.ts";
import { CONFIG_FILE } from "./run-record.ts";

const entries = new ByStamp<RunEntry[]>();
const summaries = new ByStamp<RunSummary>();
const notes = new ByStamp<RunNotes>();

function summaryOf(entry: RunEntry): RunSummary {
  const { outputDir, runId } = entry;
  // whoever holds it may be gone without a trace: that is asked of the system, each time
  if (existsSync(join(outputDir, LOCK_FILE))) return summarize(entry, followedEvents);
  const files = [CONFIG_FILE, EVENTS_FILE].map((name) => join(outputDir, name));
  const found = summaries.get(`${runId} ${outputDir}`, files, () =>
    summarize(entry, followedEvents),
  );
  return { ...found, ...entry };
}

const known = (): RunEntry[] =>
  entryFiles().flatMap((file) => entries.get(file, [file], () => readEntry(file)));

/** As `listRuns`: every known run, newest first. */
export const followedRuns = (): RunSummary[] => newestFirst(known().map(summaryOf));

/** As `showKnownRun`. */
export const followedRun = (name: string): RunDetails =>
  showKnownRun(name, followedEvents, known());

/** As `readNotes`. */
export const followedNotes = (folder: string): RunNotes =>
  notes.get(folder, [join(folder, NOTES_FILE)], () => readNotes(folder));
