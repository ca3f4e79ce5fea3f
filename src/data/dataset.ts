// Loads what a run learns from: train, validation and test rows of a file or a folder.
// Renders and tokenizes nothing, and knows no shipped sets.
import { hashFile } from "../core/file-hash.ts";
import { Random } from "../core/random.ts";
import { EmptyDataError } from "./errors.ts";
import { autoFormat } from "./formats/index.ts";
import { collectRows } from "./read.ts";
import { describeProblem, ProblemList, type Row, type RowProblem } from "./rows.ts";
import { type SplitName, type SplitPaths, splitsOf } from "./splits.ts";
import { type DataSummary, describeFormats, summarize } from "./summary.ts";

export interface DatasetOptions {
  /** "auto" or a registered format that every row must have. */
  format: string;
  /** Takes the place of the folder's own validation file and of any split. */
  validationFile?: string | undefined;
  /** Share of the train rows to validate on when there is no validation file; 0 for none. */
  validationSplit: number;
  seed: number;
  /** Leave rows out that cannot be used, rather than refuse them all; default false. */
  skipBadRows?: boolean;
  /** Rows keep the fields that they were read with; default false. */
  keepsFields?: boolean;
}

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
  /** What is wrong with the rows that were left out; none unless that was asked for. */
  skipped: RowProblem[];
  /** Over the rows of every split. */
  summary: DataSummary;
  /** As in "Dataset format: …". */
  formatLine: string;
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

interface ReadSplits {
  rows: Record<SplitName, Row[]>;
  files: DataFile[];
  problems: ProblemList;
}

async function readSplits(paths: SplitPaths, options: DatasetOptions): Promise<ReadSplits> {
  const { format, skipBadRows = false } = options;
  const rows: ReadSplits["rows"] = { train: [], validation: [], test: [] };
  const files: DataFile[] = [];
  const problems = new ProblemList(skipBadRows ? Infinity : undefined);
  for (const [split, names] of Object.entries(paths) as [SplitName, readonly string[]][]) {
    for (const path of names) {
      const read = await collectRows(path, format, problems, options);
      for (const row of read) rows[split].push(row);
      files.push({ split, path, sha256: await hashFile(path), rows: read.length });
    }
  }
  if (!skipBadRows) problems.throwIfAny(format);
  return { rows, files, problems };
}

function nothingLeft(path: string, { kept }: ProblemList): EmptyDataError {
  return new EmptyDataError({
    at: { file: path },
    message: "no rows to train on",
    problems: kept.map((problem) => `${problem.file}: ${describeProblem(problem)}`),
  });
}

/**
 * Loads a dataset from a file, or a folder of train/valid/test files or of files that are all to train on.
 * Every bad row of every file is reported in one error, a DataError, or with `skipBadRows` left out and listed.
 */
export async function loadDataset(path: string, options: DatasetOptions): Promise<Dataset> {
  const paths = await splitsOf(path);
  if (options.validationFile !== undefined) paths.validation = [options.validationFile];
  const { rows, files, problems } = await readSplits(paths, options);
  if (paths.validation === undefined) {
    Object.assign(rows, splitRows(rows.train, options.validationSplit, options.seed));
  }
  if (rows.train.length === 0) throw nothingLeft(path, problems);
  const summary = summarize([...rows.train, ...rows.validation, ...rows.test]);
  const formatLine = describeFormats(summary, options.format !== autoFormat);
  return { ...rows, files, skipped: [...problems.kept], summary, formatLine };
}
