// What a row format is: how its rows are known, and how one becomes a sample.
// Parsing never throws: it hands back every problem of the row, so that a file is reported once.
import type { JsonObject } from "../../text/types.ts";

export type { JsonObject } from "../../text/types.ts";

export interface FieldProblem {
  /** Path inside the row, as `messages[1].content`. */
  field: string;
  message: string;
}

/**
 * What a row says, by its kind. `Sample` in text/types.ts has the kinds that are rendered as they are; an objective may
 * bring others.
 */
export interface AnySample {
  readonly kind: string;
}

export type ParsedRow = { sample: AnySample } | { problems: FieldProblem[] };

export interface RowFormat {
  /** As people read it: "Dataset format: chat message format (auto-detected)". */
  readonly title: string;
  /** Its rows have the fields of others as well: it is asked before them. Default false. */
  readonly isSpecial?: boolean;
  /** A text file is one of its rows, rather than a row a line. Default false. */
  readonly isWholeFile?: boolean;
  /** Whether a row claims this format, however badly it then keeps it. */
  detect(row: JsonObject): boolean;
  parse(row: JsonObject): ParsedRow;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a row has the field: a table of several formats is written with null where a row has none. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The field as a string that says something, or the problem with it. */
export function filledText(value: unknown, field: string): string | FieldProblem {
  if (value === undefined) return { field, message: "is missing" };
  if (typeof value !== "string")
    return { field, message: `must be a string, not ${kindOf(value)}` };
  return value.trim() === "" ? { field, message: "is empty" } : value;
}

export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
