// Reads data files as rows: JSON lines streamed, JSON documents whole. Content decides, then the
// name: JSON lines in a .json file, and a JSON array in a .jsonl file, are read for what they are.
import { readFile, readdir, stat } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import { FtError } from "../core/errors.ts";
import { readJsonLines, readTextLines } from "../core/json-lines.ts";
import { parseJson } from "../core/json-text.ts";
import { nearest } from "../core/nearest.ts";
import {
  EmptyDataError,
  MalformedDataError,
  MissingDataError,
  UnsupportedFileError,
} from "./errors.ts";
import { isObject } from "./formats/format.ts";
import { autoFormat, formats } from "./formats/index.ts";
import { itemLines } from "./json-items.ts";
import { parseRow, type ProblemList, type Row, type RowResult } from "./rows.ts";

/** Extensions that are read, in the order in which a folder's files are looked for. */
export const dataExtensions = [".jsonl", ".ndjson", ".json"] as const;

/** The error for a path that is not there, naming the nearest thing that is. */
export async function missingData(path: string): Promise<MissingDataError> {
  const beside = await readdir(dirname(path)).catch(() => [] as string[]);
  const close = nearest(basename(path), beside);
  const there = beside.filter((name) => dataExtensions.some((end) => name.endsWith(end)));
  const listing = there.length === 0 ? "" : `; its folder holds ${there.slice(0, 8).join(", ")}`;
  return new MissingDataError({
    at: { file: path },
    message: `no such file or folder${listing}`,
    hint: close === undefined ? "ft train list-data" : `Did you mean ${dirname(path)}/${close}?`,
  });
}

/** Throws unless `file` is an existing file of a kind that is read. */
async function checkFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw await missingData(file);
  const extension = extname(file).toLowerCase();
  const known = (dataExtensions as readonly string[]).includes(extension) || extension === "";
  if (!found.isDirectory() && known) return;
  const what = found.isDirectory() ? "a folder, where a file is needed" : extension;
  throw new UnsupportedFileError({
    at: { file },
    message: `Unsupported file format: ${what}`,
    hint: `Give a file ending in ${dataExtensions.join(", ")}`,
  });
}

type FileForm = "empty" | "lines" | "document";

/** Decides by the first line that is not blank: whole JSON objects on it mean JSON lines. */
async function formOf(file: string): Promise<FileForm> {
  for await (const { text } of readTextLines(file)) {
    if (text === undefined) return "lines";
    if (text.trim() === "") continue;
    if (text.trimStart().startsWith("[")) return "document";
    const first = parseJson(text);
    if (first.ok && isObject(first.value)) return "lines";
    return extname(file).toLowerCase() === ".json" ? "document" : "lines";
  }
  return "empty";
}

async function* rowsOfLines(file: string, format: string): AsyncGenerator<RowResult> {
  for await (const line of readJsonLines(file)) {
    if ("value" in line) {
      yield parseRow(line.value, format, { file, line: line.line });
    } else {
      const problem = { kind: "json" as const, file, line: line.line, message: line.problem };
      yield { problems: [problem] };
    }
  }
}

async function readDocument(file: string): Promise<string> {
  const bytes = await readFile(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const message = "the file is not UTF-8 text";
    throw new MalformedDataError({ at: { file }, message, hint: "Save it as UTF-8", cause });
  }
}

async function* rowsOfDocument(file: string, format: string): AsyncGenerator<RowResult> {
  const text = await readDocument(file);
  const parsed = parseJson(text);
  if (!parsed.ok) {
    const { line, column, reason } = parsed.problem;
    const message = `Invalid JSON on line ${line}, column ${column}: ${reason}`;
    throw new MalformedDataError({ at: { file }, message, hint: `ft dataset validate ${file}` });
  }
  if (!Array.isArray(parsed.value)) {
    yield parseRow(parsed.value, format, { file, line: itemLines(text)[0] ?? 1 });
    return;
  }
  const lines = itemLines(text);
  for (const [index, value] of parsed.value.entries()) {
    yield parseRow(value, format, { file, line: lines[index] ?? 1 });
  }
}

async function* rowsOfFile(file: string, format: string): AsyncGenerator<RowResult> {
  const form = await formOf(file);
  let rows = 0;
  if (form !== "empty") {
    for await (const result of (form === "lines" ? rowsOfLines : rowsOfDocument)(file, format)) {
      rows++;
      yield result;
    }
  }
  if (rows > 0) return;
  const message = form === "empty" ? "the file is empty" : "the file holds no rows";
  throw new EmptyDataError({ at: { file }, message, hint: "ft train list-data" });
}

/**
 * Rows of one file in order, each with its line, or the problems of a row that cannot be used.
 * JSON lines take constant memory. `format` is "auto" or a registered format.
 * Throws a DataError when the file is missing, of an unknown kind, unreadable, empty, or not JSON
 * at all.
 */
export async function* readRows(file: string, format: string): AsyncGenerator<RowResult> {
  if (format !== autoFormat) formats.get(format);
  await checkFile(file);
  try {
    yield* rowsOfFile(file, format);
  } catch (cause) {
    if (cause instanceof FtError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `the file cannot be read: ${reason}`;
    throw new MalformedDataError({ at: { file }, message, hint: `ls -l ${file}`, cause });
  }
}

/** All rows of a file. Problems go to `problems`; throws as `readRows` does. */
export async function collectRows(
  file: string,
  format: string,
  problems: ProblemList,
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const result of readRows(file, format)) {
    if ("row" in result) rows.push(result.row);
    else problems.add(result.problems);
  }
  return rows;
}
