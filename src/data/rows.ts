// A row of data: its sample and where it came from; or what is wrong with it.
// Reads no files: values come in, rows or problems go out.
import { type DataError, type FtErrorDetails, placeText } from "../core/errors.ts";
import { shellWord } from "../core/shell.ts";
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
  /** What would make the row usable, where that is known. */
  hint?: string;
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
  const hint = columnsHint(value, place.file);
  return { kind: "rule", ...place, message, ...(hint === undefined ? {} : { hint }) };
}

/** Names of columns that hold a question and its answer, the most common ones first. */
const questionColumns = /^(question|prompt|query|input|instruction|user|q)$/i;
const answerColumns = /^(answer|completion|response|reply|output|assistant|a)$/i;

/** The command that renames the columns of a table; the first two stand in where no name tells which they are. */
function columnsHint(value: Readonly<Record<string, unknown>>, file: string): string | undefined {
  const columns = Object.keys(value).filter((key) => typeof value[key] === "string");
  const asked = columns.find((key) => questionColumns.test(key)) ?? columns[0];
  const others = columns.filter((key) => key !== asked);
  const answered = others.find((key) => answerColumns.test(key)) ?? others[0];
  if (asked === undefined || answered === undefined) return undefined;
  const columnsText = shellWord(`prompt=${asked},completion=${answered}`);
  return (
    `ft data prepare ${shellWord(file)} -o rows.jsonl --columns ${columnsText} ` +
    `writes rows that can be trained on`
  );
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

/** Problems of one kind: the first of them, how many there are, and the place of the last. */
interface ProblemGroup {
  first: RowProblem;
  count: number;
  last: RowProblem;
}

/** Where rows break the rules the error is about rows, else about the file. */
function unusable(breaksRules: boolean, details: FtErrorDetails): DataError {
  return breaksRules ? new DataValidationError(details) : new MalformedDataError(details);
}

/**
 * Gathers problems over files of any size: keeps the first ones, 20 unless said, and counts the rest. The listing has
 * problems that say the same of one file once, with their number.
 */
export class ProblemList {
  readonly #limit: number;
  readonly #kept: RowProblem[] = [];
  readonly #groups = new Map<string, ProblemGroup>();
  readonly #firstOfKind = new Map<RowProblem["kind"], RowProblem>();
  #count = 0;
  #grouped = 0;
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
      this.#group(problem);
    }
  }

  #group(problem: RowProblem): void {
    const { file, field = "", message } = problem;
    const key = [file, field, message].join("\0");
    const group = this.#groups.get(key);
    if (group !== undefined) {
      group.count++;
      group.last = problem;
    } else if (this.#groups.size < listed) {
      this.#groups.set(key, { first: problem, count: 1, last: problem });
    } else return;
    this.#grouped++;
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
    const breaksRules = this.#firstOfKind.has("rule");
    if (this.#count > 1) {
      throw unusable(breaksRules, {
        at: this.#place(),
        message: this.#summary(),
        hint: first.hint ?? "fix these lines, or leave them out, and run the command again",
        problems: this.#listing(),
      });
    }
    const { file, line, item, field, message } = first;
    const isPlaced = first.kind !== "unreadable";
    throw unusable(breaksRules, {
      at: isPlaced ? { file, line, item, field } : { file },
      message,
      hint:
        first.hint ?? `fix ${itself(first)} of ${file}, or leave it out, and run the command again`,
    });
  }

  #place(): { file?: string } {
    const [file = "", ...others] = new Set(
      [...this.#groups.values()].map(({ first }) => first.file),
    );
    return others.length === 0 ? { file } : {};
  }

  #summary(): string {
    const rows = this.#badRows === 1 ? "1 row" : `${this.#badRows} rows`;
    return `${rows} cannot be used (${this.#count} problems)`;
  }

  #listing(): string[] {
    const oneFile = this.#place().file !== undefined;
    const lines = [...this.#groups.values()].map(({ first, count, last }) => {
      const text = oneFile ? describeProblem(first) : `${first.file}: ${describeProblem(first)}`;
      return count === 1 ? text : `${text} (${count} rows, the last on ${itself(last)})`;
    });
    const rest = this.#count - this.#grouped;
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
