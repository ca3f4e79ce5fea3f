// What SQLite and Postgres say differently, in one place: queries ask the flavour of their database for these words and
// are otherwise the same. Not the drivers; types only.
import type { RawBuilder, SelectQueryBuilder } from "kysely";
import type { Comparison, FilterValue } from "../datasets/filters.ts";
import type { SearchToken } from "../datasets/search-words.ts";
import type { Database } from "../store.ts";

type Sql = RawBuilder<unknown>;

/** Whose turn a transaction takes before it begins. */
export type Turn = "writers" | "claims";

export interface Flavour {
  readonly name: "sqlite" | "postgres";
  /** A statement written with `?` for its values, as the library underneath takes them. */
  numbered(statement: string): string;
  /** Rows with a column `value`, one for each entry of a list in JSON. */
  each(json: string): Sql;
  /** A condition on a place within a row's JSON text. */
  compare(text: Sql, path: FieldPath, is: Comparison, value: FilterValue): Sql;
  /** What ends a table's definition. */
  readonly tableEnd: Sql;
  /** Before the name of an index of a temporary table. */
  readonly temporary: Sql;
  /** Gives room back to the disk. */
  readonly vacuum: Sql;
  readonly search: {
    /** Makes the words of row `id` findable in an index. */
    add(db: Database, index: SearchIndex, id: number, words: string): Promise<void>;
    /** The condition on an index for rows that have such words. */
    matches(index: SearchIndex, tokens: readonly SearchToken[]): Sql;
  };
  /** Rows that another transaction holds are passed over, and those that are found are held. */
  passingOver<Q extends SelectQueryBuilder<never, never, unknown>>(query: Q): Q;
  /** Waits for the transaction's turn, where the database does not see to it by itself. */
  takeTurn(transaction: Database, turn: Turn): Promise<void>;
  /** Runs a transaction of which, once it has ended, a power cut takes nothing. */
  durably<T>(db: Database, run: (db: Database) => Promise<T>): Promise<T>;
}

/** A table of words; its rows have the `rowid` of the rows that they are found for. */
export interface SearchIndex {
  table: "record_search" | "example_search";
  /** A word that no text has: only rows that were added with it are meant. */
  scope?: string;
}

/** Keys and indices from 0. */
export type FieldPath = readonly (string | number)[];
