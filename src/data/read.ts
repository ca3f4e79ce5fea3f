// Reads a data file as rows: the reader of its extension gives values, rows.ts makes rows of them.
// Knows neither file kinds nor row formats by name.
import { existsSync } from "node:fs";
import { lstat, readdir, readlink, stat } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import { FtError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { shellWord } from "../core/shell.ts";
import {
  EmptyDataError,
  MalformedDataError,
  MissingDataError,
  UnsupportedFileError,
} from "./errors.ts";
import { type FileReader, fileReaders, wholeFileReaders } from "./files/index.ts";
import { isObject } from "./formats/format.ts";
import { autoFormat, formats, type RowFormat } from "./formats/index.ts";
import { parseRow, type ProblemList, type Row, type RowResult } from "./rows.ts";

/** The error for a link that leads nowhere, or in a circle; undefined where there is none. */
async function brokenLink(path: string): Promise<MissingDataError | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() !== true) return undefined;
  return new MissingDataError({
    at: { file: path },
    message: `a link to ${await readlink(path)}, which does not exist`,
    hint: `rm ${shellWord(path)}, or put the file where the link points`,
  });
}

/** The error for a path that is not there, naming the nearest thing that is. */
export async function missingData(path: string): Promise<MissingDataError> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return folderForFile(path);
  const broken = await brokenLink(path);
  if (broken !== undefined) return broken;
  const beside = await readdir(dirname(path)).catch(() => [] as string[]);
  const close = nearest(basename(path), beside);
  const there = beside.filter((name) => extname(name) !== "" && fileReaders.has(extname(name)));
  const listing = there.length === 0 ? "" : `; its folder holds ${there.slice(0, 8).join(", ")}`;
  return new MissingDataError({
    at: { file: path },
    message: `no such file or folder${listing}`,
    hint: close === undefined ? otherData(path) : `Did you mean ${dirname(path)}/${close}?`,
  });
}

/** Where data may be instead: what looks like OWNER/NAME may be a dataset of the Hub. */
function otherData(path: string): string {
  const owner = dirname(path);
  const mayBeOfHub = extname(path) === "" && !existsSync(owner) && existsSync(dirname(owner));
  if (!mayBeOfHub) return "ft train list-data";
  const id = shellWord(`${basename(owner)}/${basename(path)}`);
  return `ft data pull ${id} -o rows.jsonl fetches a dataset of the Hub; ft train list-data shows the bundled ones`;
}

function folderForFile(path: string): MissingDataError {
  return new MissingDataError({
    at: { file: path },
    message: "this is a folder, where a file of rows is needed",
    hint: `ls ${shellWord(path)}`,
  });
}

/** Throws MissingDataError FT-DATA-001 for what is no file and no pipe. */
export async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.isDirectory()) throw await missingData(path);
}

/** The reader of an existing file's kind. Throws when there is no file or no reader. */
async function readerOf(file: string, format: RowFormat | undefined): Promise<FileReader> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw await missingData(file);
  if (!found.isFile() && !found.isDirectory()) throw notReadTwice(file);
  const extension = extname(file).toLowerCase();
  const whole = format?.isWholeFile === true ? wholeFileReaders[extension] : undefined;
  if (!found.isDirectory()) return whole ?? fileReaders.get(extension);
  throw new UnsupportedFileError({
    at: { file },
    message: "Unsupported file format: a folder, where a file is needed",
    hint: `ls ${shellWord(file)}`,
  });
}

/** Rows are read, hashed, and read again when a run is resumed: what a pipe gives is gone after the first time. */
function notReadTwice(file: string): UnsupportedFileError {
  return new UnsupportedFileError({
    at: { file },
    message: "Unsupported file format: a pipe or a device, which cannot be read twice",
    hint: "pipe the rows in and give - as the file: … | ft train start MODEL -",
  });
}

/** Rows of long texts would be held twice, so only who looks at fields asks for them. */
function withFields(result: RowResult, value: unknown, keepsFields: boolean): RowResult {
  if (!keepsFields || !("row" in result) || !isObject(value)) return result;
  return { row: { ...result.row, value } };
}

async function* rowsOf(
  reader: FileReader,
  file: string,
  format: string,
  keepsFields: boolean,
): AsyncGenerator<RowResult> {
  for await (const raw of reader(file)) {
    const { line } = raw;
    const place = "item" in raw ? { file, line, item: raw.item } : { file, line };
    if ("value" in raw)
      yield withFields(parseRow(raw.value, format, place), raw.value, keepsFields);
    else yield { problems: [{ kind: "unreadable", ...place, message: raw.problem }] };
  }
}

async function whyEmpty(file: string): Promise<EmptyDataError> {
  const { size } = await stat(file);
  const message = size === 0 ? "the file is empty" : "the file holds no rows";
  return new EmptyDataError({
    at: { file },
    message,
    hint: 'put rows there, such as {"prompt": "…", "completion": "…"}; ft train list-data has data to try',
  });
}

/** Turns what the file system throws into an error for a person. */
function unreadable(file: string, cause: unknown): FtError {
  if (cause instanceof FtError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `the file cannot be read: ${reason}`;
  return new MalformedDataError({ at: { file }, message, hint: `ls -l ${shellWord(file)}`, cause });
}

/**
 * Rows of one file in order, each with its line, or the problems of a row that cannot be used.
 * JSON lines, tables and text take constant memory. `format` is "auto" or a registered format.
 * Throws a DataError when the file is missing, of an unknown kind, unreadable or empty.
 */
export async function* readRows(
  file: string,
  format: string,
  { keepsFields = false }: { keepsFields?: boolean | undefined } = {},
): AsyncGenerator<RowResult> {
  const asked = format === autoFormat ? undefined : formats.get(format);
  const reader = await readerOf(file, asked);
  let rows = 0;
  try {
    for await (const result of rowsOf(reader, file, format, keepsFields)) {
      rows++;
      yield result;
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (rows === 0) throw await whyEmpty(file);
}

/** All rows of a file. Problems go to `problems`; throws as `readRows` does. */
export async function collectRows(
  file: string,
  format: string,
  problems: ProblemList,
  options: { keepsFields?: boolean | undefined } = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const result of readRows(file, format, options)) {
    if ("row" in result) rows.push(result.row);
    else problems.add(result.problems);
  }
  return rows;
}
