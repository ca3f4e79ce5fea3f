// A file's lines as rows, with what is wrong with the lines themselves. One line in memory at a time.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { readTextLines } from "../../../core/json-lines.ts";
import { parseJson } from "../../../core/json-text.ts";
import { shellWord } from "../../../core/shell.ts";
import { encodingOf } from "../../../core/text-encoding.ts";
import { UnsupportedFileError } from "../../../data/errors.ts";
import { isObject, kindOf } from "../../../data/formats/format.ts";
import { missingData } from "../../../data/read.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { Sighting } from "../profile.ts";
import { repeatedKeys } from "./repeated-keys.ts";

export interface Line {
  /** From 1. */
  line: number;
  /** Without its end; absent where it is not UTF-8. */
  text: string | undefined;
  row: JsonObject | undefined;
  sightings: readonly Sighting[];
}

export interface FileStart {
  bytes: number;
  hasMark: boolean;
  isUtf16: boolean;
}

function isTable(file: string): UnsupportedFileError {
  return new UnsupportedFileError({
    at: { file },
    message: "this is a table; services need JSONL",
    hint: `ft data prepare ${shellWord(file)} -o rows.jsonl --columns prompt=QUESTION,completion=ANSWER`,
  });
}

/** Size and first bytes. Throws DataError FT-DATA-001 for a file that is not there, -002 for a table. */
export async function startOf(file: string): Promise<FileStart> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile()) throw await missingData(file);
  if (/\.(csv|tsv|parquet)$/i.test(file)) throw isTable(file);
  const chunks = createReadStream(file, { end: 2 }) as AsyncIterable<Buffer>;
  let head = Buffer.alloc(0);
  for await (const chunk of chunks) head = Buffer.concat([head, chunk]);
  const hasMark = head.length === 3 && head.readUIntBE(0, 3) === 0xefbbbf;
  return { bytes: found.size, hasMark, isUtf16: encodingOf(head) !== "utf-8" };
}

const wrong = (code: Sighting["code"], message: string): Sighting => ({ code, field: "", message });

/** Only an escape in JSON can bring half of a pair: the file is UTF-8. */
const escapedSurrogate = /\\ud[89a-f]/i;

const loneSurrogate = /\p{Surrogate}/u;

/** Values within values, in the order of the text. Not one call within another: rows may be nested without end. */
function* surrogates(row: JsonObject): Generator<Sighting> {
  const waiting: { value: unknown; field: string }[] = [{ value: row, field: "" }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, field } = next;
    if (typeof value === "string" && loneSurrogate.test(value))
      yield { code: "lone_surrogate", field, message: "an unpaired UTF-16 surrogate" };
    if (typeof value !== "object" || value === null) continue;
    const isList = Array.isArray(value);
    for (const [key, inner] of Object.entries(value).toReversed()) {
      const at = isList ? `${field}[${key}]` : field === "" ? key : `${field}.${key}`;
      waiting.push({ value: inner, field: at });
    }
  }
}

function rowOf(line: number, text: string | undefined): Line {
  const without = (sighting: Sighting): Line => ({
    line,
    text,
    row: undefined,
    sightings: [sighting],
  });
  if (text === undefined)
    return without({ ...wrong("not_utf8", "the line is not UTF-8 text"), fixable: false });
  if (text.trim() === "") return without(wrong("blank_line", "the line is empty"));
  const parsed = parseJson(text);
  if (!parsed.ok) {
    const { column, reason } = parsed.problem;
    return without(wrong("invalid_json", `column ${column}: ${reason}`));
  }
  if (!isObject(parsed.value))
    return without(wrong("not_an_object", `the line is ${kindOf(parsed.value)}`));
  const found = [
    ...repeatedKeys(text),
    ...(escapedSurrogate.test(text) ? surrogates(parsed.value) : []),
  ];
  return { line, text, row: parsed.value, sightings: found };
}

export async function* readLines(file: string): AsyncGenerator<Line> {
  for await (const { line, text } of readTextLines(file)) yield rowOf(line, text);
}
