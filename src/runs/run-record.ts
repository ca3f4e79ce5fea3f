// config.json of a run folder: what the run was started with. Reads it; run-folder.ts writes it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expandHome } from "../core/paths.ts";
import { recordOfToday } from "./record-format.ts";
import { notARun, unreadableConfig } from "./run-errors.ts";

export const CONFIG_FILE = "config.json";

/** Settings with which a run would need less memory, as flags. */
export interface LighterRun {
  change: string;
  peakBytes: number;
  residentBytes: number;
}

/** What config.json holds: the resolved configuration and everything needed to run it again. */
export interface RunRecord {
  runId: string;
  /** Version of the record's form (record-format.ts); 1 where it says none. */
  formatVersion?: number;
  createdAt: string;
  /** Resolved configuration, keys as in YAML. */
  config: Record<string, unknown>;
  /** Origin of each value by dotted key. */
  origins?: Record<string, string> | undefined;
  /** The template by its name, with its text where a file or a text was given: the file is not asked again. */
  template?: { name: string; text?: string | undefined } | undefined;
  /** Versions of the program, of MLX, of Node. */
  versions?: Record<string, string>;
  /** Name, resolved revision and architecture of the model. */
  model?: Record<string, unknown>;
  /** Of a run that needs much of the memory: how much, and what would need less. */
  memory?: { residentBytes: number; changes: LighterRun[] };
  /** Files with their SHA-256. */
  dataset?: Record<string, unknown>;
  /** Of a run that computes at a service: which, and how it is asked. Such a run is continued there. */
  remote?: Record<string, unknown>;
}

/**
 * config.json of a run folder, in the form of today. Throws FT-RUN-002 when there is none, FT-RUN-005 when it is damaged,
 * FT-RUN-022 when a newer ft wrote it.
 */
export const readRecord = (folder: string): RunRecord =>
  recordOfToday(folder, writtenRecord(folder));

/** config.json as it stands in its file, in whatever form. Throws as `readRecord`, but for its form. */
export function writtenRecord(folder: string): RunRecord {
  const file = join(expandHome(folder), CONFIG_FILE);
  if (!existsSync(file)) throw notARun(folder);
  try {
    const record = JSON.parse(readFileSync(file, "utf8")) as RunRecord;
    if (typeof record.runId === "string" && typeof record.config === "object") return record;
  } catch (error) {
    throw unreadableConfig(file, error instanceof Error ? error.message : String(error));
  }
  throw unreadableConfig(file, "it names no run");
}
