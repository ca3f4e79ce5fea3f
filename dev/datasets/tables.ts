// Invented tables and values, drawn from a seeded generator: what every generated SQL text is about.
import type { Random } from "../../src/core/random.ts";
import {
  type ColumnKind,
  columnNames,
  firstYear,
  kindOf,
  lastYear,
  people,
  places,
  qualities,
  roundNumbers,
  tableNames,
} from "./words.ts";

export interface Column {
  name: string;
  kind: ColumnKind;
}

export interface Table {
  name: string;
  columns: Column[];
}

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.integer(items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

export function pickSome<T>(random: Random, items: readonly T[], count: number): T[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, items.length)) chosen.add(random.integer(items.length));
  return [...chosen].map((index) => items[index] as T);
}

export const isNumeric = ({ kind }: Column): boolean => kind === "number" || kind === "year";

const numberColumns = columnNames.filter((name) => isNumeric({ name, kind: kindOf(name) }));
const textColumns = columnNames.filter((name) => !numberColumns.includes(name));

/** A table of the given name pool with three to six columns, at least one of numbers and one of text. */
export function drawTable(random: Random, names: readonly string[] = tableNames): Table {
  const count = 3 + random.integer(3);
  const numbers = 1 + random.integer(count - 2);
  const columns = [
    ...pickSome(random, numberColumns, numbers),
    ...pickSome(random, textColumns, count - numbers),
  ].map((name) => ({ name, kind: kindOf(name) }));
  return { name: pick(random, names), columns: random.shuffled(columns) };
}

function drawNumber(random: Random): number {
  return random.integer(4) === 0 ? pick(random, roundNumbers) : random.integer(100);
}

const draws: Record<ColumnKind, (random: Random) => string> = {
  number: (random) => String(drawNumber(random)),
  year: (random) => String(firstYear + random.integer(lastYear - firstYear + 1)),
  person: (random) => `'${pick(random, people)}'`,
  place: (random) => `'${pick(random, places)}'`,
  quality: (random) => `'${pick(random, qualities)}'`,
};

/** A value as SQL writes it: a number, or text in single quotes. */
export function drawValue(random: Random, column: Column): string {
  return draws[column.kind](random);
}

export function columnType(column: Column): "number" | "text" {
  return isNumeric(column) ? "number" : "text";
}
