// Rows as a table: a column for each field, what is no text as JSON. A cell that was not edited keeps the value it had,
// and a field without a column its own, both by the row's id; a cell of a new row is text unless it is a JSON list or object.
import { isDeepStrictEqual } from "node:util";
import { parseJson } from "../../core/json-text.ts";
import { fileReaders } from "../../data/files/index.ts";
import { cellText, csvRecord, unguarded } from "../profiles/write/csv-text.ts";
import type { EditedForm, EditedObject } from "./form.ts";

/** A cell as it is read again: line ends of one kind, and what UTF-8 has no bytes for replaced. */
const readAgain = (text: string): string =>
  text.replaceAll("\r\n", "\n").replaceAll(/\p{Surrogate}/gu, "\ufffd");

function valueOf(cell: string, former: unknown): unknown {
  if (readAgain(cellText(former)) === cell) return former;
  if (cell === "") return undefined;
  const isStructure = /^\s*[[{]/.test(cell) || (former !== undefined && typeof former !== "string");
  const parsed = isStructure ? parseJson(cell) : undefined;
  if (parsed?.ok === true) return parsed.value;
  return typeof former === "object" && former !== null ? BROKEN : cell;
}

/** A cell that held a list or an object and holds no JSON any more. */
const BROKEN = Symbol("broken");

function rowOf(cells: Readonly<Record<string, string>>, former: EditedObject = {}): EditedObject {
  const fields = new Map<string, unknown>(Object.entries(former));
  for (const [name, cell] of Object.entries(cells)) {
    const value = valueOf(unguarded(cell), former[name]);
    if (value === undefined) fields.delete(name);
    else if (!isDeepStrictEqual(value, former[name])) fields.set(name, value);
  }
  return Object.fromEntries(fields);
}

async function* read(
  path: string,
  formerOf: (id: string) => EditedObject | undefined,
): ReturnType<EditedForm["read"]> & AsyncGenerator {
  for await (const raw of fileReaders.get(".csv")(path)) {
    if (!("value" in raw)) yield raw;
    else {
      const { "": unnamed, ...cells } = raw.value as Record<string, string>;
      const former = cells["id"] === undefined ? undefined : formerOf(unguarded(cells["id"]));
      const value = rowOf(cells, former);
      const broken = Object.keys(value).find((name) => value[name] === BROKEN);
      if (unnamed !== undefined && unnamed !== "")
        yield { line: raw.line, problem: "a cell stands in a column without a name" };
      else if (broken === undefined) yield { line: raw.line, value };
      else yield { line: raw.line, problem: `the column ${broken} held JSON, and holds none now` };
    }
  }
}

async function* write(rows: () => AsyncIterable<EditedObject>): AsyncGenerator<string> {
  const names = new Set<string>();
  for await (const row of rows()) for (const name of Object.keys(row)) names.add(name);
  const fields = [...names];
  yield `${csvRecord(fields)}\r\n`;
  for await (const row of rows()) yield `${csvRecord(fields.map((name) => row[name]))}\r\n`;
}

export const csvForm: EditedForm = { read, write };
