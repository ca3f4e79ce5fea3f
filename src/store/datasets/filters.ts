// Conditions on fields of rows, in SQL: a path and a comparison. The next comparison is one line.
import { type RawBuilder, sql } from "kysely";
import { badSearch } from "./dataset-errors.ts";

export interface Filter {
  /** "score", "meta.topic", "messages[0].content": keys and indices from 0. */
  field: string;
  is: Comparison;
  /** Not for `present` and `absent`. */
  value?: string | number | boolean;
}

type Sql = RawBuilder<unknown>;

const asValue = (value: Filter["value"]): string | number | null =>
  typeof value === "boolean" ? Number(value) : (value ?? null);

const comparisons = {
  equal: (field: Sql, value: Filter["value"]) => sql`${field} = ${asValue(value)}`,
  unequal: (field: Sql, value: Filter["value"]) => sql`${field} is not ${asValue(value)}`,
  less: (field: Sql, value: Filter["value"]) => sql`${field} < ${asValue(value)}`,
  greater: (field: Sql, value: Filter["value"]) => sql`${field} > ${asValue(value)}`,
  contains: (field: Sql, value: Filter["value"]) =>
    sql`instr(lower(${field}), lower(${asValue(value)})) > 0`,
  present: (field: Sql) => sql`${field} is not null`,
  absent: (field: Sql) => sql`${field} is null`,
} satisfies Record<string, (field: Sql, value: Filter["value"]) => Sql>;

export type Comparison = keyof typeof comparisons;

const step = /\[\d+\]|[^.[\]"]+/g;

/** The path as SQLite writes it; keys are quoted, so that any name is a name. */
function jsonPath(field: string): string {
  const steps = field.match(step) ?? [];
  if (steps.length === 0) throw badSearch(field, "a field is named as a.b[0].c");
  return steps.map((each) => (each.startsWith("[") ? each : `."${each}"`)).join("");
}

export function filterSql({ field, is, value }: Filter, text: Sql): Sql {
  return comparisons[is](sql`json_extract(${text}, ${`$${jsonPath(field)}`})`, value);
}
