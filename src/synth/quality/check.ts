// What a check is: a look at one row, without any model. What it finds is a fault with its place: the row is not asked
// about before that is mended. Types only.
import type { LookedRow } from "./looked-row.ts";

export interface Sight {
  /** Path in the row, as `messages[1].content`; empty for the row itself. */
  readonly field: string;
  readonly message: string;
  /** False where no rewriting can take it away. */
  readonly fixable?: boolean;
}

export interface Finding extends Sight {
  /** Name of the check. */
  readonly check: string;
}

export interface CheckOptions {
  /** ISO 639-1: the only languages of the set; any where there are none. */
  readonly languages: readonly string[];
}

export interface RowCheck {
  readonly about: string;
  look(row: LookedRow, options: CheckOptions): Iterable<Sight>;
}
