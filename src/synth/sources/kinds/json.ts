// JSON and JSON lines: rows of text, conversations among them where rows have the form of a dataset. Exports of chats
// and assistants have readers of their own.
import { parseJson } from "../../../core/json-text.ts";
import { DocumentBuilder } from "../document-builder.ts";
import { beyondLimit, damaged } from "../errors.ts";
import type { SourceInput, SourceReader } from "../reader.ts";
import type { SourcePart } from "../types.ts";
import { addRow, rowsOf } from "./json-rows.ts";

const LONGEST_LINE = 1 << 26;
const NOTED_LINES = 20;
/** Of which most are no JSON: then the file is none. */
const MOST_BAD_LINES = 1000;

/** Looked for before it is parsed: what walks through the values takes a call for each level. */
function refuseDeep(text: string, nesting: number): void {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) isString = !isString;
    else if (isString) at += code === 0x5c ? 1 : 0;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > nesting) throw beyondLimit(`lists in lists, more than ${nesting} deep`);
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
}

function parsed(text: string): unknown {
  const result = parseJson(text);
  if (result.ok) return result.value;
  const { line, column, reason } = result.problem;
  throw damaged(`line ${line}, column ${column}: ${reason}`);
}

async function* readJson(input: SourceInput): AsyncGenerator<SourcePart> {
  const builder = new DocumentBuilder();
  const text = await input.text();
  refuseDeep(text, input.limits.nesting);
  const rows = rowsOf(parsed(text));
  for (const [index, row] of rows.entries()) {
    addRow(builder, row, String(index + 1), input.limits.nesting);
    yield* builder.ready();
  }
  yield* builder.finish();
}

/** Lines of text that comes in pieces, from 1, without their ends. */
async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<[number, string]> {
  let rest = "";
  let line = 0;
  for await (const piece of pieces) {
    rest += piece;
    let at = 0;
    for (let end = rest.indexOf("\n"); end !== -1; end = rest.indexOf("\n", at)) {
      yield [++line, rest.slice(at, end)];
      at = end + 1;
    }
    rest = rest.slice(at);
    if (rest.length > LONGEST_LINE) throw beyondLimit("a line of 64 million characters");
  }
  if (rest !== "") yield [++line, rest];
}

async function* readJsonLines(input: SourceInput): AsyncGenerator<SourcePart> {
  const builder = new DocumentBuilder();
  let [bad, good] = [0, 0];
  for await (const [number, line] of linesOf(input.texts())) {
    if (line.trim() === "") continue;
    try {
      addRow(builder, parsed(line), String(number), input.limits.nesting);
      good++;
    } catch (error) {
      if (++bad > MOST_BAD_LINES && good < bad) throw error;
      if (bad <= NOTED_LINES)
        input.note({
          code: "FT-SOURCE-014",
          reason: `line ${number} is left out: ${reasonOf(error)}`,
        });
    }
    yield* builder.ready();
  }
  yield* builder.finish();
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 200);

const isText = (head: Uint8Array): boolean =>
  !head.subarray(2).includes(0) || head[0] === 0xff || head[0] === 0xfe;

export const jsonReader: SourceReader = {
  about: "JSON: the texts of its rows; conversations where it has the format of a dataset",
  extensions: ["json"],
  container: true,
  recognises: (name, head) => (/\.json$/i.test(name) && isText(head) ? 0.4 : 0),
  read: readJson,
};

export const jsonLinesReader: SourceReader = {
  about: "JSON lines (JSONL): the same with one row per line, of any size",
  extensions: ["jsonl", "ndjson"],
  container: true,
  streams: true,
  recognises: (name, head) => (/\.(jsonl|ndjson)$/i.test(name) && isText(head) ? 0.4 : 0),
  read: readJsonLines,
};
