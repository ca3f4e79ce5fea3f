// JSON of the tables' columns as values.
import { isDeeper, parseJson } from "../../core/json-text.ts";
import { badExample } from "./platform-errors.ts";

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isPresentText = (text: string | null | undefined): text is string =>
  typeof text === "string" && text.trim() !== "";

/** A column of JSON; what is no object there is none. */
export function jsonObject(text: string | null): JsonObject {
  const value: unknown = text === null ? {} : JSON.parse(text);
  return isObject(value) ? value : {};
}

/** Bytes: as much as a request may bring to change it. A longer one is a file of another kind. */
export const longestRow = 16 * 1024 * 1024;

/** SQLite's JSON goes down to 1,000, and bodies of requests to 128; no row of use comes near. */
const deepestRow = 100;

/** The text of an example's line. Throws FT-PLATFORM-003 where that is no JSON object on one line. */
export function lineText(
  content: Readonly<JsonObject> | string,
  at: { file?: string | undefined; line?: number | undefined } = {},
): string {
  if (typeof content !== "string") return objectText(content);
  const text = content.trim();
  const result = parseJson(text);
  if (!result.ok) {
    throw badExample(`${result.problem.reason} (column ${result.problem.column})`, at);
  }
  if (!isObject(result.value)) throw badExample("the row is not a JSON object", at);
  if (isDeeper(result.value, deepestRow)) {
    throw badExample(`the row is nested deeper than ${deepestRow} levels`, at);
  }
  return text.includes("\n") || text.includes("\r") ? objectText(result.value) : text;
}

function objectText(value: unknown): string {
  if (!isObject(value)) throw badExample("an example's content is a JSON object", {});
  return JSON.stringify(value);
}
