import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
// Loads what a run learns from: train, validation and test rows of a file or a folder.
// Renders and tokenizes nothing, and knows no shipped sets.
import { hashFile } from "../core/file-hash.ts";
import { Random } from "../core/random.ts";
import { EmptyDataError, MissingDataError } from "./errors.ts";
import { fileReaders } from "./files/index.ts";
import { autoFormat } from "./formats/index.ts";
import { collectRows, missingData } from "./read.ts";
import { ProblemList, type Row } from "./rows.ts";
import { type DataSummary, describeFormats, summarize } from "./summary.ts";

export interface DatasetOptions {
  /** "auto" or a registered format that every row must have. */
  format: string;
  /** Takes the place of the folder's own validation file and of any split. */
  validationFile?: string | undefined;
  /** Share of the train rows to validate on when there is no validation file; 0 for none. */
  validationSplit: number;
  seed: number;
}

export type SplitName = "train" | "validation" | "test";

export interface DataFile {
  split: SplitName;
  path: string;
  /** Of the file's bytes, in hexadecimal. */
  sha256: string;
  rows: number;
}

export interface Dataset {
  train: Row[];
  validation: Row[];
  test: Row[];
  files: DataFile[];
  /** Over the rows of every split. */
  summary: DataSummary;
  /** As in "Dataset format: …". */
  formatLine: string;
}

type SplitPaths = Partial<Record<SplitName, string>>;

const splitNames: Record<SplitName, readonly string[]> = {
  train: ["train"],
  validation: ["valid", "validation", "val", "dev"],
  test: ["test"],
};

/** The split files of a folder. Throws MissingDataError when there is none to train on. */
export async function findSplits(folder: string): Promise<SplitPaths> {
  const entries = await readdir(folder, { withFileTypes: true });
  // A folder called "test" beside train.jsonl holds something else.
  const files = entries.filter((entry) => !entry.isDirectory());
  const present = new Set(files.map((entry) => entry.name));
  const found: SplitPaths = {};
  for (const [split, stems] of Object.entries(splitNames) as [SplitName, readonly string[]][]) {
    const names = stems.flatMap((stem) => fileReaders.names().map((extension) => stem + extension));
    const name = names.find((candidate) => present.has(candidate));
    if (name !== undefined) found[split] = join(folder, name);
  }
  if (found.train !== undefined) return found;
  const held = entries
    .map(({ name }) => name)
    .slice(0, 8)
    .join(", ");
  throw new MissingDataError({
    at: { file: folder },
    message: `the folder has no train.jsonl or train.json; it holds ${held || "nothing"}`,
    hint: "put train.jsonl, valid.jsonl and test.jsonl there, or give one file",
  });
}

async function splitsOf(path: string): Promise<SplitPaths> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw await missingData(path);
  return found.isDirectory() ? findSplits(path) : { train: path };
}

/**
 * Takes `share` of the rows for validation, chosen by the seed; both parts keep the order of the
 * data.
 * When share > 0 and there are two rows or more, each part has at least one.
 */
export function splitRows<T>(
  rows: readonly T[],
  share: number,
  seed: number,
): { train: T[]; validation: T[] } {
  if (!(share > 0) || rows.length < 2) return { train: [...rows], validation: [] };
  const count = Math.max(1, Math.min(rows.length - 1, Math.round(rows.length * share)));
  const order = Random.fromSeed(seed).split("validation split").shuffle(rows.length);
  const chosen = new Set(order.slice(0, count));
  return {
    train: rows.filter((_, index) => !chosen.has(index)),
    validation: rows.filter((_, index) => chosen.has(index)),
  };
}

async function readSplits(
  paths: SplitPaths,
  format: string,
): Promise<{ rows: Record<SplitName, Row[]>; files: DataFile[] }> {
  const rows: Record<SplitName, Row[]> = { train: [], validation: [], test: [] };
  const files: DataFile[] = [];
  const problems = new ProblemList();
  for (const [split, path] of Object.entries(paths) as [SplitName, string][]) {
    rows[split] = await collectRows(path, format, problems);
    files.push({ split, path, sha256: await hashFile(path), rows: rows[split].length });
  }
  problems.throwIfAny(format);
  return { rows, files };
}

/**
 * Loads a data set from a file or a folder of train/valid/test files.
 * Every bad row of every file is reported in one error, a DataError.
 */
export async function loadDataset(path: string, options: DatasetOptions): Promise<Dataset> {
  const paths = await splitsOf(path);
  if (options.validationFile !== undefined) paths.validation = options.validationFile;
  const { rows, files } = await readSplits(paths, options.format);
  if (paths.validation === undefined) {
    Object.assign(rows, splitRows(rows.train, options.validationSplit, options.seed));
  }
  if (rows.train.length === 0) {
    throw new EmptyDataError({ at: { file: path }, message: "no rows to train on" });
  }
  const summary = summarize([...rows.train, ...rows.validation, ...rows.test]);
  const formatLine = describeFormats(summary, options.format !== autoFormat);
  return { ...rows, files, summary, formatLine };
}
