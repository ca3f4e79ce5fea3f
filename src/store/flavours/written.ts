// Statements written out with `?`, for texts that are compiled once and run many times.
import { CompiledQuery } from "kysely";
import type { Database } from "../store.ts";
import { flavourOf } from "./flavour-of.ts";

export const written = (
  db: Database,
  statement: string,
  values: readonly unknown[],
): CompiledQuery => CompiledQuery.raw(flavourOf(db).numbered(statement), [...values]);
