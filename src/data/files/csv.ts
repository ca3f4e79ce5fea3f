// Tables as text, with a header row: each record becomes an object of strings. CSV as RFC 4180 has it, with commas or
// semicolons (the header tells which), and TSV. Streams record by record; guesses no types.
import { readTextLines } from "../../core/json-lines.ts";
import type { FileReader, RawRow } from "./file-reader.ts";

interface Dialect {
  separator: string;
  /** A quote in a field that does not begin with one is a character like any other. */
  hasFreeQuotes: boolean;
}

/** The fields of one record, or undefined when quotes stand where they may not. */
function splitRecord(record: string, { separator, hasFreeQuotes }: Dialect): string[] | undefined {
  const plain = hasFreeQuotes ? `[^${separator}]*` : `[^"${separator}]*`;
  const field = new RegExp(`(?:"([^"]*(?:""[^"]*)*)"|(${plain}))(${separator}|$)`, "y");
  const fields: string[] = [];
  for (let after = separator; after === separator;) {
    const found = field.exec(record);
    if (found === null) return undefined;
    fields.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    after = found[3] ?? "";
  }
  return fields;
}

/** Where a quoted field has ended that was open at `start`; undefined when it goes on. */
function afterQuoted(line: string, start: number): number | undefined {
  for (let at = line.indexOf('"', start); at !== -1; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at + 1;
  }
  return undefined;
}

/** Whether a quoted field is open after a line, before which one was or was not. */
function isOpenAfter(line: string, wasOpen: boolean, separator: string): boolean {
  let at = wasOpen ? afterQuoted(line, 0) : 0;
  while (at !== undefined) {
    const end = line[at] === '"' ? afterQuoted(line, at + 1) : at;
    if (end === undefined) return true;
    const next = line.indexOf(separator, end);
    if (next === -1) return false;
    at = next + 1;
  }
  return true;
}

function countOf(text: string, separator: string): number {
  return text.split(separator).length - 1;
}

/** Of a CSV file by its first line: what separates the names there, or what spreadsheets write as `sep=;`. */
function csvDialect(firstLine: string): Dialect {
  const [, said] = SEPARATOR_LINE.exec(firstLine) ?? [];
  const names = firstLine.replaceAll(/"[^"]*"/g, "");
  const hasSemicolons = countOf(names, ";") > countOf(names, ",");
  return { separator: said ?? (hasSemicolons ? ";" : ","), hasFreeQuotes: false };
}

const SEPARATOR_LINE = /^sep=([,;\t])$/;
const tsvDialect = (): Dialect => ({ separator: "\t", hasFreeQuotes: true });

type TableRecord =
  | { line: number; text: string; dialect: Dialect }
  | { line: number; problem: string };

/** Records with the line on which each begins; one in whose quotes a line ends spans several. */
async function* readRecords(
  file: string,
  dialectOf: (firstLine: string) => Dialect,
): AsyncGenerator<TableRecord> {
  let dialect: Dialect | undefined;
  let begin = 0;
  let lines: string[] = [];
  for await (const { line, text } of readTextLines(file)) {
    if (text === undefined) {
      yield { line, problem: `line ${line} is not UTF-8 text` };
      continue;
    }
    if (lines.length === 0) {
      const isSaid = dialect === undefined && SEPARATOR_LINE.test(text);
      if (text.trim() !== "") dialect ??= dialectOf(text);
      if (dialect === undefined || isSaid || text.trim() === "") continue;
      begin = line;
    }
    const isOpen = isOpenAfter(text, lines.length > 0, dialect?.separator ?? ",");
    lines.push(text);
    if (isOpen || dialect === undefined) continue;
    yield { line: begin, text: lines.join("\n"), dialect };
    lines = [];
  }
  if (lines.length > 0)
    yield { line: begin, problem: `a quoted field of line ${begin} does not end` };
}

function parseRecord(
  { text, line, dialect }: Extract<TableRecord, { text: string }>,
  header: readonly string[],
): RawRow {
  const fields = splitRecord(text, dialect);
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

/** Reads records as objects keyed by the header's names. */
function tableReader(dialectOf: (firstLine: string) => Dialect): FileReader {
  return async function* readTable(file) {
    let header: string[] | undefined;
    for await (const record of readRecords(file, dialectOf)) {
      if ("problem" in record) yield record;
      else if (header === undefined) {
        header = (splitRecord(record.text, record.dialect) ?? []).map((name) => name.trim());
        yield* headerProblems(header, record.line);
      } else yield parseRecord(record, header);
    }
  };
}

export const readCsv = tableReader(csvDialect);
export const readTsv = tableReader(tsvDialect);
