// What every cleaner is: given a row, it lets it pass, says why it goes, or gives it changed. Types only.
import type { Row } from "../rows/row-blocks.ts";
import type { Said } from "../rows/row-text.ts";

export interface CleanedRow extends Row {
  /** From 0, blank lines not counted. */
  readonly position: number;
  readonly said: readonly Said[];
}

/** What is asked and what is answered, one after the other. */
export interface Exchange {
  readonly question: string;
  readonly answer: string;
}

export type Verdict =
  | { readonly kind: "drop"; readonly reason: string; readonly details?: object }
  | { readonly kind: "change"; readonly value: Row["value"]; readonly reason: string }
  /** Told and left as it is. */
  | { readonly kind: "note"; readonly reason: string };

export type Look = (row: CleanedRow) => readonly Verdict[];

/** Kinds of personal data → what is done with them. */
export type PersonalAction = "keep" | "find" | "mask" | "drop";

/** Everything that can be asked of cleaners; each reads what is its own. */
export interface CleanOptions {
  /** Minimum characters of a row. */
  readonly minLength: number;
  readonly maxLength?: number | undefined;
  /** Minimum characters of each answer. */
  readonly minAnswer: number;
  /** ISO 639-1. */
  readonly languages: readonly string[];
  /** By kind, or for all of them: `all`. */
  readonly personal: Readonly<Record<string, PersonalAction>>;
  /** Of an answer's text in lines that many rows share, before it is boilerplate. */
  readonly boilerplateShare: number;
}

/** What cleaners get from outside: passes over all rows that were made before, and models. */
export interface CleanTools {
  /** The row that stays for this one, by its id; undefined where it stays itself. */
  duplicateOf?(position: number): { keptId: string; likeness: string } | undefined;
  /** What a row has of test texts. */
  contamination?(row: CleanedRow): { test: string; share: number } | undefined;
  /** Which of a row's lines many rows have. */
  isShared?(line: string): boolean;
  /** Why a row is not among those that were selected. */
  unselected?(position: number): string | undefined;
}

export interface Cleaner {
  readonly about: string;
  /** Undefined where nothing asks for it. */
  prepare(options: CleanOptions, tools: CleanTools): Promise<Look | undefined> | Look | undefined;
}

/** Each answer with what was said before it; of rows of plain text, none. */
export function exchangesIn(said: readonly Said[]): Exchange[] {
  const found: Exchange[] = [];
  let asked: string[] = [];
  for (const { role, text } of said) {
    if (role === "assistant") {
      found.push({ question: asked.join("\n"), answer: text });
      asked = [];
    } else if (role === "user") asked.push(text);
  }
  return found;
}

export const drop = (reason: string, details?: object): Verdict[] => [
  { kind: "drop", reason, ...(details !== undefined && { details }) },
];
