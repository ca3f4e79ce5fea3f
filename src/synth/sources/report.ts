// What became of every file that was found: read, or skipped and why. Plain data, in the order in which it was found.
import type { ReadNote } from "./reader.ts";

export interface ReadSource {
  readonly source: string;
  readonly kind: string;
  /** Whether offsets are into extracted text. */
  readonly container: boolean;
  /** Of its text, in UTF-16 units. */
  readonly characters: number;
  /** What of it was left out, or guessed. */
  readonly notes: readonly ReadNote[];
}

export interface SkippedSource {
  readonly source: string;
  /** FT-SOURCE-… */
  readonly code: string;
  readonly reason: string;
  /** How much text had been given when it failed; absent where that is none. */
  readonly characters?: number;
}

export interface SourceReport {
  readonly read: ReadSource[];
  readonly skipped: SkippedSource[];
}
