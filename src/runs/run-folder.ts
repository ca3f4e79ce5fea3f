// An open run folder: config.json, events.jsonl, checkpoints/, final_model/. One process holds it at a time.
// Knows no training; whoever trains writes here, whoever watches reads.
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import {
  isTemporaryName,
  temporaryNameFor,
  writeFileAtomic,
  writeJsonAtomic,
} from "../core/atomic-files.ts";
import { makeFolders, requireWritable } from "../core/folders.ts";
import { JsonLinesWriter } from "../core/json-lines.ts";
import { expandHome } from "../core/paths.ts";
import {
  type Checkpoint,
  checkpointPath,
  checkpointsFolder,
  listCheckpoints,
  type Pointer,
  pruneCheckpoints,
  readPointer,
  removeUnfinished,
  setPointer,
} from "./checkpoints.ts";
import { EVENTS_FILE, readEvents, spentSeconds } from "./event-log.ts";
import { type RunEvent, type RunFact, stampEvent } from "./events.ts";
import { acquireLock, LOCK_FILE, type RunLock } from "./lock.ts";
import { RECORD_FORMAT, recordFormatOf } from "./record-format.ts";
import { folderNotEmpty, outputIsFile } from "./run-errors.ts";
import { makeRunId } from "./run-id.ts";
import { CONFIG_FILE, readRecord, type RunRecord, writtenRecord } from "./run-record.ts";

export { CONFIG_FILE, type LighterRun, readRecord, type RunRecord } from "./run-record.ts";

export const FINAL_MODEL = "final_model";
/** Rows of the data that could not be used and were left out, one a line; only there when that was asked for. */
export const LOST_ROWS = "lost-rows.jsonl";
export const SKIPPED_ROWS = "skipped-rows.jsonl";

/** What frozen blocks gave for each row; only there until the run is complete. */
export const PREFIX_STATES = "prefix-states.bin";

/** Left by an operating system or by a run that never began; they do not make a folder occupied. */
const IGNORED = new Set([".DS_Store", "Thumbs.db", LOCK_FILE]);

export class RunFolder {
  readonly path: string;
  readonly runId: string;
  readonly #lock: RunLock;
  readonly #log: JsonLinesWriter;

  constructor(path: string, runId: string, lock: RunLock) {
    this.path = path;
    this.runId = runId;
    this.#lock = lock;
    makeFolders(checkpointsFolder(path));
    this.#log = new JsonLinesWriter(join(path, EVENTS_FILE));
  }

  get finalModelPath(): string {
    return join(this.path, FINAL_MODEL);
  }

  async writeRecord(record: Omit<RunRecord, "runId">): Promise<void> {
    const own = { runId: this.runId, formatVersion: RECORD_FORMAT };
    await writeJsonAtomic(join(this.path, CONFIG_FILE), { ...own, ...record });
  }

  /** Lists what was left out of the data; writes nothing when that is nothing. */
  async writeSkippedRows(skipped: readonly object[]): Promise<void> {
    await this.#writeRows(SKIPPED_ROWS, skipped);
  }

  /** Lists the rows that are not learned whole; writes nothing when there are none. */
  async writeLostRows(lost: readonly object[]): Promise<void> {
    await this.#writeRows(LOST_ROWS, lost);
  }

  async #writeRows(name: string, rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
    await writeFileAtomic(join(this.path, name), lines.join(""));
  }

  /** Stamps a fact, appends it to events.jsonl and returns the event. */
  append(fact: RunFact): RunEvent {
    const event = stampEvent(this.runId, fact);
    this.#log.append(event);
    return event;
  }

  /** Appends an event of this run that was stamped elsewhere. */
  take(event: RunEvent): void {
    this.#log.append({ ...event, runId: this.runId });
  }

  events(): RunEvent[] {
    return readEvents(this.path);
  }

  /** Of this run so far, in all processes that it took. */
  spentSeconds(): number {
    return spentSeconds(this.path);
  }

  checkpointPath(step: number): string {
    return checkpointPath(this.path, step);
  }

  checkpoints(): Checkpoint[] {
    return listCheckpoints(this.path);
  }

  pointer(name: Pointer): Checkpoint | undefined {
    return readPointer(this.path, name);
  }

  setPointer(name: Pointer, step: number): Promise<void> {
    return setPointer(this.path, name, step);
  }

  prune(keep: number, needed?: number): Promise<Checkpoint[]> {
    return pruneCheckpoints(this.path, keep, needed);
  }

  /** Flushes the log and gives the folder back. */
  close(): void {
    this.#log.sync();
    this.#log.close();
    this.#lock.release();
  }
}

const isEmptyFolder = (path: string): boolean =>
  !existsSync(path) || readdirSync(path).length === 0;
const isEmptyFile = (path: string): boolean => !existsSync(path) || statSync(path).size === 0;

/** What a run that ended before its configuration was written leaves behind: nothing to go on with, nothing to lose. */
function neverBegan(folder: string, names: readonly string[]): boolean {
  const begun = new Set([EVENTS_FILE, basename(checkpointsFolder(folder))]);
  const isLeft = (name: string): boolean => begun.has(name) || isTemporaryName(name);
  return (
    names.every(isLeft) &&
    isEmptyFile(join(folder, EVENTS_FILE)) &&
    isEmptyFolder(checkpointsFolder(folder))
  );
}

function isOccupied(folder: string): boolean {
  const names = readdirSync(folder).filter((name) => !IGNORED.has(name));
  return names.length > 0 && !neverBegan(folder, names);
}

/** Throws when a new run may not or cannot be written to `outputDir`; writes nothing. */
export function checkOutputFolder(outputDir: string): void {
  const path = expandHome(outputDir);
  if (!existsSync(path)) return requireWritable(path);
  if (!statSync(path).isDirectory()) throw outputIsFile(outputDir);
  if (isOccupied(path)) throw folderNotEmpty(outputDir);
  requireWritable(path);
}

/** Opens a new run in an empty or missing folder. Throws FT-RUN-001 when it is not empty. */
export function openRun(outputDir: string, options: { runId?: string } = {}): RunFolder {
  const path = resolve(expandHome(outputDir));
  checkOutputFolder(outputDir);
  makeFolders(path);
  return new RunFolder(path, options.runId ?? makeRunId(), acquireLock(path, { isNew: true }));
}

/**
 * Writes a record of an older form as `record`, which is it in that of today, and keeps the old one beside it. Broken
 * off, it is done again: each file comes whole or not at all.
 */
function bringRecordUpToDate(path: string, record: RunRecord): void {
  const file = join(path, CONFIG_FILE);
  const version = recordFormatOf(writtenRecord(path));
  if (version === RECORD_FORMAT) return;
  const place = (name: string, text: string): void => {
    const temporary = temporaryNameFor(name);
    writeFileSync(temporary, text);
    renameSync(temporary, name);
  };
  place(join(path, `config.version-${version}.json`), readFileSync(file, "utf8"));
  place(file, `${JSON.stringify(record, null, 2)}\n`);
}

/** Opens the folder of an earlier run to continue it. Throws when it is not a run, or is being written. */
export function reopenRun(outputDir: string): RunFolder {
  const path = resolve(expandHome(outputDir));
  const record = readRecord(path);
  const lock = acquireLock(path);
  bringRecordUpToDate(path, record);
  removeUnfinished(path);
  return new RunFolder(path, record.runId, lock);
}
