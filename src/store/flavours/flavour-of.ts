// Which flavour a database has: its dialect says so.
import type { DialectAdapter } from "kysely";
import type { Database } from "../store.ts";
import type { Flavour } from "./flavour.ts";

/** An adapter of a dialect of ours. */
export interface FlavouredAdapter extends DialectAdapter {
  readonly flavour: Flavour;
}

export const flavourOf = (db: Database): Flavour =>
  (db.getExecutor().adapter as FlavouredAdapter).flavour;
