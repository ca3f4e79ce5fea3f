// CSV files as RFC 4180 has them, with a header row: each record becomes an object of strings.
// Streams record by record; no other separators, no guessing of types.
import { readTextLines } from "../../core/json-lines.ts";
import type { RawRow } from "./file-reader.ts";

/** The fields of one record, or undefined when quotes stand where they may not. */
function splitRecord(record: string): string[] | undefined {
  const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y;
  const fields: string[] = [];
  for (let separator = ","; separator === ",";) {
    const found = field.exec(record);
    if (found === null) return undefined;
    fields.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    separator = found[3] ?? "";
  }
  return fields;
}

function quotesOf(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count;
}

type CsvRecord = { line: number; text: string } | { line: number; problem: string };

/** Records with the line on which each begins; one in whose quotes a line ends spans several. */
async function* readRecords(file: string): AsyncGenerator<CsvRecord> {
  let open: string[] = [];
  let quotes = 0;
  let begin = 1;
  for await (const { line, text } of readTextLines(file)) {
    if (text === undefined) {
      yield { line, problem: `line ${line} is not UTF-8 text` };
      continue;
    }
    if (open.length === 0) begin = line;
    open.push(text);
    quotes += quotesOf(text);
    if (quotes % 2 === 1) continue;
    if (open.length > 1 || text.trim() !== "") yield { line: begin, text: open.join("\n") };
    open = [];
    quotes = 0;
  }
  if (open.length > 0)
    yield { line: begin, problem: `a quoted field of line ${begin} does not end` };
}

function parseRecord(text: string, line: number, header: readonly string[]): RawRow {
  const fields = splitRecord(text);
  if (fields === undefined)
    return { line, problem: `line ${line} holds a quote in an unquoted field` };
  if (fields.length !== header.length) {
    const problem = `line ${line} has ${fields.length} fields, the header ${header.length}`;
    return { line, problem };
  }
  return { line, value: Object.fromEntries(header.map((name, at) => [name, fields[at]])) };
}

/** Of two columns of one name only the last would be read. Columns without a name may be many. */
function headerProblems(header: readonly string[], line: number): RawRow[] {
  const repeated = header.find((name, at) => name !== "" && header.indexOf(name) !== at);
  if (repeated === undefined) return [];
  return [{ line, problem: `line ${line} names two columns ${JSON.stringify(repeated)}` }];
}

/** Records of a CSV file as objects keyed by the header's names. */
export async function* readCsv(file: string): AsyncGenerator<RawRow> {
  let header: string[] | undefined;
  for await (const record of readRecords(file)) {
    if ("problem" in record) yield record;
    else if (header === undefined) {
      header = (splitRecord(record.text) ?? []).map((name) => name.trim());
      yield* headerProblems(header, record.line);
    } else yield parseRecord(record.text, record.line, header);
  }
}
