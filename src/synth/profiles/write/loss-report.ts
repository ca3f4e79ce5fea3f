// What is lost when a set is written in another form: the same loss of many rows is one entry.
import type { Loss } from "../profile.ts";
import type { BadRow } from "./record-stream.ts";

export interface LossEntry {
  /** Path in the record; `[]` is any of a list. */
  field: string;
  why: string;
  rows: number;
  /** The first of them. */
  line: number;
}

/** Rows told one by one. */
const toldAtMost = 1000;

export class LossReport {
  readonly #entries = new Map<string, LossEntry>();
  readonly refused: BadRow[] = [];
  refusedRows = 0;

  lose(line: number, losses: readonly Loss[]): void {
    const told = new Set<string>();
    for (const { field, why } of losses) {
      const general = field.replaceAll(/\[\d+\]/g, "[]");
      const key = `${general}\n${why.replaceAll(/\d+(\.\d+)?/g, "N")}`;
      if (told.has(key)) continue;
      told.add(key);
      const entry = this.#entries.get(key);
      if (entry === undefined) this.#entries.set(key, { field: general, why, rows: 1, line });
      else entry.rows++;
    }
  }

  refuse(bad: BadRow): void {
    this.refusedRows++;
    if (this.refused.length < toldAtMost) this.refused.push(bad);
  }

  get losses(): LossEntry[] {
    return [...this.#entries.values()].toSorted((a, b) => b.rows - a.rows);
  }
}
