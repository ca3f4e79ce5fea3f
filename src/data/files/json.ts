// JSON files: lines of objects are streamed, an array or one object is read whole. Content decides:
// JSON lines in a .json file, and an array in a .jsonl file, are read for what they are.
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { readJsonLines, readTextLines } from "../../core/json-lines.ts";
import { parseJson } from "../../core/json-text.ts";
import { decodeText } from "../../core/text-encoding.ts";
import { MalformedDataError } from "../errors.ts";
import { isObject } from "../formats/format.ts";
import type { RawRow } from "./file-reader.ts";
import { itemLines } from "./json-items.ts";

/** Decides by the first line that is not blank: a whole object on it means JSON lines. */
async function hasLines(file: string): Promise<boolean> {
  for await (const { text } of readTextLines(file)) {
    if (text === undefined) return true;
    if (text.trim() === "") continue;
    if (text.trimStart().startsWith("[")) return false;
    const first = parseJson(text);
    if (first.ok && isObject(first.value)) return true;
    return extname(file).toLowerCase() !== ".json";
  }
  return true;
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file);
  try {
    return decodeText(bytes);
  } catch (cause) {
    const message = "the file is not UTF-8 text";
    throw new MalformedDataError({ at: { file }, message, hint: "Save it as UTF-8", cause });
  }
}

async function* readDocument(file: string): AsyncGenerator<RawRow> {
  const text = await readText(file);
  const parsed = parseJson(text);
  if (!parsed.ok) {
    const { line, column, reason } = parsed.problem;
    const message = `Invalid JSON on line ${line}, column ${column}: ${reason}`;
    throw new MalformedDataError({ at: { file }, message, hint: `fix line ${line} of ${file}` });
  }
  const lines = itemLines(text);
  if (!Array.isArray(parsed.value)) {
    yield { line: lines[0] ?? 1, value: parsed.value };
    return;
  }
  for (const [index, value] of (parsed.value as unknown[]).entries()) {
    yield { line: lines[index] ?? 1, item: index + 1, value };
  }
}

/** Objects of JSON lines at constant memory, or of a JSON document. */
export async function* readJson(file: string): AsyncGenerator<RawRow> {
  if (!(await hasLines(file))) {
    yield* readDocument(file);
    return;
  }
  for await (const row of readJsonLines(file)) {
    if ("value" in row) yield row;
    else yield { line: row.line, problem: `Invalid JSON on line ${row.line}: ${row.problem}` };
  }
}
