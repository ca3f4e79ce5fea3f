// What was asked for, what was drawn and what the finished set has, parameter by parameter, with how likely such counts
// are. A row's metadata says what it has.
import { type ChiSquare, chiSquare } from "./chi-square.ts";
import type { Domain, Parameter, Range } from "./domain.ts";
import { exchangesOf, type Scenario } from "./draw.ts";

export interface CoveredValue {
  value: string;
  /** Share by weight, of 1. */
  asked: number;
  drawn: number;
  /** Rows of the finished set. */
  rows: number;
}

export interface Covered {
  parameter: string;
  values: CoveredValue[];
  /** Of the draws against the weights; null where there are none. */
  drawn: ChiSquare | null;
  /** Of the rows against the weights. */
  rows: ChiSquare | null;
  /** Rows that have no value of it, or one that the domain does not know. */
  others: number;
}

export interface Coverage {
  domain: string;
  drawn: number;
  rows: number;
  parameters: Covered[];
}

export type Metadata = Readonly<Record<string, unknown>>;

const share = (weight: number, all: number): number => weight / all;

function sharesOf({ values }: Parameter): Map<string, number> {
  const sum = values.reduce((all, { weight }) => all + weight, 0);
  return new Map(values.map(({ name, weight }) => [name, share(weight, sum)]));
}

/** By how many ways the parameters that decide can fall: their values are drawn independently of one another. */
function exchangeShares(domain: Domain): Map<string, number> {
  const deciding = new Set(domain.exchanges.when.map(({ parameter }) => parameter));
  let ways: [values: Record<string, string>, chance: number][] = [[{}, 1]];
  for (const parameter of domain.parameters.filter(({ name }) => deciding.has(name))) {
    ways = ways.flatMap(([values, chance]) =>
      [...sharesOf(parameter)].map(([value, one]): [Record<string, string>, number] => [
        { ...values, [parameter.name]: value },
        chance * one,
      ]),
    );
  }
  const shares = new Map<number, number>();
  for (const [values, chance] of ways) spread(shares, exchangesOf(domain, values), chance);
  return new Map([...shares].toSorted(([a], [b]) => a - b).map(([n, p]) => [String(n), p]));
}

function spread(shares: Map<number, number>, { least, most }: Range, chance: number): void {
  for (let count = least; count <= most; count++) {
    shares.set(count, (shares.get(count) ?? 0) + chance / (most - least + 1));
  }
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";

function covered(
  parameter: string,
  shares: ReadonlyMap<string, number>,
  drawn: readonly string[],
  rows: readonly string[],
): Covered {
  const count = (of: readonly string[], value: string): number =>
    of.filter((one) => one === value).length;
  const values = [...shares].map(([value, asked]) => ({
    value,
    asked,
    drawn: count(drawn, value),
    rows: count(rows, value),
  }));
  const test = (of: (value: CoveredValue) => number): ChiSquare | null =>
    chiSquare(values.map(of), [...shares.values()]) ?? null;
  return {
    parameter,
    values,
    drawn: test((one) => one.drawn),
    rows: test((one) => one.rows),
    others: rows.length - values.reduce((sum, one) => sum + one.rows, 0),
  };
}

/** `rows` are the metadata of the finished set's rows. */
export function coverageOf(
  domain: Domain,
  drawn: readonly Scenario[],
  rows: readonly Metadata[],
): Coverage {
  const parameters = domain.parameters.map((one) =>
    covered(
      one.name,
      sharesOf(one),
      drawn.map(({ values }) => values[one.name] ?? ""),
      rows.map((metadata) => textOf(metadata[one.name])),
    ),
  );
  const exchanges = covered(
    "exchanges",
    exchangeShares(domain),
    drawn.map((one) => String(one.exchanges)),
    rows.map((metadata) => textOf(metadata["exchanges"])),
  );
  return {
    domain: domain.key,
    drawn: drawn.length,
    rows: rows.length,
    parameters: [...parameters, exchanges],
  };
}
