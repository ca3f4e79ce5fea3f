import { placeText } from "../core/errors.ts";
// A row of data: its sample and where it came from; or what is wrong with it.
// Reads no files: values come in, rows or problems go out.
import { DataFormatError, DataValidationError, MalformedDataError } from "./errors.ts";
import {
  type AnySample,
  isObject,
  type JsonObject,
  kindOf,
  type RowFormat,
} from "./formats/format.ts";
import { autoFormat, formats } from "./formats/index.ts";

/**
 * A usable row. `line` counts from 1 and is where the row begins; `item`, from 1, is its place in a JSON array; `format`
 * is a name of the registry.
 */
export interface Row {
  sample: AnySample;
  format: string;
  file: string;
  line: number;
  item?: number;
  /** What the row calls itself, in its field `id`. */
  id?: string;
  /** How many fields it was written with. */
  fields?: number;
  /** The fields themselves, where they were asked for. */
  value?: JsonObject;
}

/** The field `id` of a row that has one to tell it by. */
function idOf({ id }: Readonly<Record<string, unknown>>): { id?: string } {
  return typeof id === "string" || typeof id === "number" ? { id: String(id) } : {};
}

/** One thing wrong with one row. `unreadable`: no value; `format`: not the format asked for. */
export interface RowProblem {
  kind: "unreadable" | "format" | "rule";
  file: string;
  line: number;
  item?: number;
  field?: string;
  message: string;
}

export type RowResult = { row: Row } | { problems: RowProblem[] };

type Place = Pick<Row, "file" | "line" | "item">;

function detect(value: Readonly<Record<string, unknown>>): [string, RowFormat] | undefined {
  const all = formats.names().map((name): [string, RowFormat] => [name, formats.get(name)]);
  const isSpecial = ([, format]: [string, RowFormat]): boolean => format.isSpecial === true;
  const asked = [...all.filter(isSpecial), ...all.filter((one) => !isSpecial(one))];
  return asked.find(([, format]) => format.detect(value));
}

function unrecognised(value: Readonly<Record<string, unknown>>, place: Place): RowProblem {
  const keys = Object.keys(value);
  const found = keys.length === 0 ? "no fields" : `the fields ${keys.slice(0, 8).join(", ")}`;
  const message =
    `unknown format: a row has messages, text, instruction and output, ` +
    `prompt and completion, conversations, or chosen and rejected; this one has ${found}`;
  return { kind: "rule", ...place, message };
}

/**
 * Makes a row of a parsed JSON value. `formatName` is a registered format, which the row must have,
 * or "auto". Throws DataFormatError for an unknown format name, never for a bad row.
 */
export function parseRow(value: unknown, formatName: string, place: Place): RowResult {
  if (!isObject(value)) {
    const message = `a row must be an object, not ${kindOf(value)}`;
    return { problems: [{ kind: "rule", ...place, message }] };
  }
  const asked = formatName === autoFormat ? undefined : formats.get(formatName);
  const found = asked?.detect(value) ? ([formatName, asked] as const) : detect(value);
  if (found === undefined) return { problems: [unrecognised(value, place)] };
  const [name, format] = found;
  if (asked !== undefined && format !== asked) {
    const message = `the row is in ${format.title}, not in ${asked.title}`;
    return { problems: [{ kind: "format", ...place, message }] };
  }
  const parsed = format.parse(value);
  const fields = Object.keys(value).length;
  if ("sample" in parsed)
    return { row: { sample: parsed.sample, format: name, ...place, fields, ...idOf(value) } };
  const problems = parsed.problems.map((one) => ({ kind: "rule" as const, ...place, ...one }));
  return { problems };
}

/** "Invalid JSON on line 3: …", or "line 17, messages: …". */
export function describeProblem(problem: RowProblem): string {
  if (problem.kind === "unreadable") return problem.message;
  const { line, item, field, message } = problem;
  return `${placeText({ line, item, field })}: ${message}`;
}

/** The row as its file counts it. */
function itself({ line, item }: RowProblem): string {
  return item === undefined ? `line ${line}` : `item ${item}`;
}

const listed = 20;

/**
 * Gathers problems over files of any size: keeps the first ones for the listing, 20 unless said, and counts the rest.
 */
export class ProblemList {
  readonly #limit: number;
  readonly #kept: RowProblem[] = [];
  readonly #firstOfKind = new Map<RowProblem["kind"], RowProblem>();
  #count = 0;
  #badRows = 0;

  /** `limit` is how many are kept. */
  constructor(limit: number = listed) {
    this.#limit = limit;
  }

  get kept(): readonly RowProblem[] {
    return this.#kept;
  }

  /** Adds all problems of one row. */
  add(problems: readonly RowProblem[]): void {
    this.#badRows++;
    this.#count += problems.length;
    for (const problem of problems) {
      if (!this.#firstOfKind.has(problem.kind)) this.#firstOfKind.set(problem.kind, problem);
      if (this.#kept.length < this.#limit) this.#kept.push(problem);
    }
  }

  get count(): number {
    return this.#count;
  }

  /** Throws the one error that reports everything gathered; does nothing when nothing was. */
  throwIfAny(formatName: string): void {
    const first = this.#kept[0];
    if (first === undefined) return;
    const mismatch = this.#firstOfKind.get("format");
    if (mismatch !== undefined) throw this.#wrongFormat(mismatch, formatName);
    const OneKind = this.#firstOfKind.has("rule") ? DataValidationError : MalformedDataError;
    const hint =
      this.#count === 1
        ? `mend ${itself(first)} of ${first.file}, or leave it out, and run the command again`
        : "mend these lines, or leave them out, and run the command again";
    if (this.#count > 1) {
      const message = this.#summary();
      throw new OneKind({ at: this.#place(), message, hint, problems: this.#listing() });
    }
    if (first.kind === "unreadable") {
      throw new OneKind({ at: { file: first.file }, message: describeProblem(first), hint });
    }
    const { file, line, item, field, message } = first;
    throw new OneKind({ at: { file, line, item, field }, message, hint });
  }

  #place(): { file?: string } {
    const files = new Set(this.#kept.map((problem) => problem.file));
    return files.size === 1 ? { file: this.#kept[0]?.file ?? "" } : {};
  }

  #summary(): string {
    const rows = this.#badRows === 1 ? "1 row" : `${this.#badRows} rows`;
    return `${rows} cannot be used (${this.#count} problems)`;
  }

  #listing(): string[] {
    const oneFile = this.#place().file !== undefined;
    const lines = this.#kept.map((problem) =>
      oneFile ? describeProblem(problem) : `${problem.file}: ${describeProblem(problem)}`,
    );
    const rest = this.#count - lines.length;
    return rest > 0 ? [...lines, `… and ${rest} more`] : lines;
  }

  #wrongFormat(first: RowProblem, formatName: string): DataFormatError {
    return new DataFormatError({
      at: { file: first.file, line: first.line, item: first.item },
      message: `${first.message}, as --format ${formatName} asks`,
      hint: `Use --format ${autoFormat}`,
    });
  }
}
