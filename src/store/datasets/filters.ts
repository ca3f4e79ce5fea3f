// Conditions on fields of rows: a path and a comparison. How each reads in SQL, the database's flavour says.
import type { RawBuilder } from "kysely";
import type { FieldPath, Flavour } from "../flavours/flavour.ts";
import { badSearch } from "./dataset-errors.ts";

export type FilterValue = string | number | boolean | undefined;

export interface Filter {
  /** "score", "meta.topic", "messages[0].content": keys and indices from 0. */
  field: string;
  is: Comparison;
  /** Not for `present` and `absent`. */
  value?: string | number | boolean;
}

export type Comparison =
  | "equal"
  | "unequal"
  | "less"
  | "greater"
  | "contains"
  | "present"
  | "absent";

const pattern = /\[\d+\]|[^.[\]"]+/g;

function fieldPath(field: string): FieldPath {
  const steps = field.match(pattern) ?? [];
  if (steps.length === 0) throw badSearch(field, "a field is named as a.b[0].c");
  return steps.map((each) => (each.startsWith("[") ? Number(each.slice(1, -1)) : each));
}

/** The condition on the row whose JSON is `text`. Throws where the field's name is none. */
export function filterSql(
  flavour: Flavour,
  { field, is, value }: Filter,
  text: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return flavour.compare(text, fieldPath(field), is, value);
}
