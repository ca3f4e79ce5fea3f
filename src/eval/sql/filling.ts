// Rows for tables that a question describes without any: drawn from the values that the compared queries name, values
// beside them and a few others, so that queries which differ in a condition find different rows. Several fillings, since
// one may hide a difference (test suites: Zhong, Yu and Klein 2020).
import { Random } from "../../core/random.ts";

export interface ColumnOf {
  table: string;
  column: string;
  isNumber: boolean;
}

interface Pools {
  numbers: number[];
  texts: string[];
}

export const rowsPerTable = 32;

/** Values that the queries name, and their neighbours. */
function namedIn(queries: readonly string[]): Pools {
  const all = queries.join("\n");
  const texts = [...all.matchAll(/'((?:[^']|'')*)'|"([^"]*)"/g)].map(
    ([, single, double]) => single?.replaceAll("''", "'") ?? double ?? "",
  );
  const outside = all.replace(/'(?:[^']|'')*'/g, " ");
  const found = [...outside.matchAll(/(?<![\w.])-?\d+(\.\d+)?(?![\w.])/g)];
  const numbers = found.map(([text]) => Number(text));
  const inTexts = texts.map(Number).filter(Number.isFinite);
  const named = [...new Set([...numbers, ...inTexts])].filter((value) => Math.abs(value) < 1e15);
  return {
    numbers: [...new Set(named.flatMap((value) => [value, value - 1, value + 1]))],
    texts: [...new Set(texts.flatMap((text) => [text, text.replace(/[%_]/g, "")]))],
  };
}

const plain: Pools = {
  numbers: [1, 2, 3, 5, 8, 13, 21, 34, 55, 89],
  texts: ["amber", "birch", "cedar", "delta", "ember", "2020-02-03", "2024-11-05"],
};

/** Half of the values are named ones, where there are any. */
function drawn<T>(random: Random, named: readonly T[], others: readonly T[]): T | undefined {
  const pool = named.length > 0 && random.next() < 0.5 ? named : others;
  return pool[Math.floor(random.next() * pool.length)];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const named = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function value(random: Random, { isNumber }: ColumnOf, pools: Pools): string {
  if (isNumber) return String(drawn(random, pools.numbers, plain.numbers));
  return quoted(drawn(random, pools.texts, plain.texts) ?? "");
}

/** Statements that fill the tables; rows that a constraint forbids are left out. */
export function fillingOf(
  columns: readonly ColumnOf[],
  queries: readonly string[],
  seed: number,
): string[] {
  const random = Random.fromSeed(seed).split("filling");
  const pools = namedIn(queries);
  const tables = [...new Set(columns.map(({ table }) => table))];
  return tables.map((table) => {
    const own = columns.filter((one) => one.table === table);
    const rows = Array.from(
      { length: rowsPerTable },
      () => `(${own.map((one) => value(random, one, pools)).join(", ")})`,
    );
    const names = own.map((one) => named(one.column)).join(", ");
    return `INSERT OR IGNORE INTO ${named(table)} (${names}) VALUES ${rows.join(", ")}`;
  });
}
