// Rows of any origin on their way into one form: lists of turns under the names that sets give them, and columns that
// somebody says are question and answer. Knows no set by name.
import { isObject } from "../../data/formats/format.ts";
import type { JsonObject } from "../../text/types.ts";

/** Field of a row in the making → field of the row as it comes. */
export type Columns = Readonly<Record<string, string>>;

const turnLists = ["conversation", "dialogue", "dialog"];
const known = ["messages", "conversations"];

function turnsIn(row: JsonObject): string | undefined {
  return turnLists.find(
    (key) => Array.isArray(row[key]) && (row[key] as unknown[]).every(isObject),
  );
}

function withTurns(row: JsonObject): JsonObject {
  if (known.some((key) => Array.isArray(row[key]))) return row;
  const key = turnsIn(row);
  if (key === undefined) return row;
  const { [key]: turns, ...rest } = row;
  return { conversations: turns, ...rest };
}

/** The row with its list of turns called `conversations`, and with nothing but the columns that are said. */
export function spelledRow(value: unknown, columns: Columns | undefined): unknown {
  if (!isObject(value)) return value;
  const named = Object.entries(columns ?? {});
  if (named.length === 0) return withTurns(value);
  return Object.fromEntries(named.map(([field, column]) => [field, value[column]]));
}
