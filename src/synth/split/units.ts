// What stays together when a dataset is divided: rows of one id, of one conversation, of one value of a key, of one
// cluster of near-duplicates. Decides nothing about where they go.
import { Groups } from "../clean/duplicates/growing.ts";
import { textHash } from "../clean/duplicates/normal-text.ts";

export interface SplitRow {
  readonly id: string;
  /** Whether the row says it itself. */
  readonly hasId: boolean;
  /** By which a row is known whatever its place: its own `id`, else its text. */
  readonly key: string;
  readonly stratum: string;
  /** Rows of one value stay together. */
  readonly unit: string | undefined;
}

export interface Unit {
  /** Rows by their number, from 0. */
  readonly rows: readonly number[];
  readonly stratum: string;
  /** Order among units of one size: by a seed, and the same whatever the order of the rows. */
  readonly order: number;
}

/** The commonest of the rows' strata; of equally common ones the first by name. */
function stratumOf(rows: readonly number[], all: readonly SplitRow[]): string {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const { stratum } = all[row]!;
    counts.set(stratum, (counts.get(stratum) ?? 0) + 1);
  }
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0] ?? "";
}

function leastKey(rows: readonly number[], all: readonly SplitRow[]): string {
  return rows.map((row) => all[row]!.key).reduce((least, key) => (key < least ? key : least));
}

export interface UnitOptions {
  readonly seed: number;
  /** For each row the first of its cluster; undefined where clusters may be divided. */
  readonly clusters?: ((row: number) => number) | undefined;
}

/** Units in an order that depends on their keys and the seed alone. */
export function unitsOf(rows: readonly SplitRow[], { seed, clusters }: UnitOptions): Unit[] {
  const groups = new Groups(rows.length);
  const [firstOfId, firstOfUnit] = [new Map<string, number>(), new Map<string, number>()];
  const joinFirst = (firsts: Map<string, number>, value: string, row: number): void => {
    const first = firsts.get(value);
    if (first === undefined) firsts.set(value, row);
    else groups.join(row, first);
  };
  for (const [row, { id, hasId, unit }] of rows.entries()) {
    if (hasId) joinFirst(firstOfId, id, row);
    if (unit !== undefined) joinFirst(firstOfUnit, unit, row);
    if (clusters !== undefined) groups.join(row, clusters(row));
  }
  const members = new Map<number, number[]>();
  for (const row of rows.keys()) {
    const first = groups.find(row);
    const known = members.get(first);
    if (known === undefined) members.set(first, [row]);
    else known.push(row);
  }
  const units = Array.from(members.values(), (own): Unit => {
    const order = textHash(`${seed}\n${leastKey(own, rows)}`);
    return { rows: own, stratum: stratumOf(own, rows), order };
  });
  return units.toSorted((a, b) => b.rows.length - a.rows.length || a.order - b.order);
}
