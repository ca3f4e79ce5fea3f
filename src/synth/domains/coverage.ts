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

/** A row's turns, which stand in its metadata beside its parameters. */
const EXCHANGES = "exchanges";

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

/** Counts by parameter and value. */
class Counts {
  total = 0;
  readonly #counts = new Map<string, number>();

  add(values: Metadata, names: readonly string[]): void {
    this.total++;
    for (const name of names) {
      const key = `${name} ${textOf(values[name])}`;
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
  }

  of(name: string, value: string): number {
    return this.#counts.get(`${name} ${value}`) ?? 0;
  }
}

/** Counts one scenario and one row after the other: a set may be larger than memory. */
export class CoverageCounter {
  readonly #domain: Domain;
  readonly #shares: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly #drawn = new Counts();
  readonly #rows = new Counts();

  constructor(domain: Domain) {
    this.#domain = domain;
    const own = domain.parameters.map((one) => [one.name, sharesOf(one)] as const);
    this.#shares = new Map([...own, [EXCHANGES, exchangeShares(domain)]]);
  }

  addDrawn({ values, exchanges }: Scenario): void {
    this.#drawn.add({ ...values, exchanges }, [...this.#shares.keys()]);
  }

  /** By the metadata of a row of the finished set. */
  addRow(metadata: Metadata): void {
    this.#rows.add(metadata, [...this.#shares.keys()]);
  }

  told(): Coverage {
    const parameters = [...this.#shares].map(([name, shares]) => this.#covered(name, shares));
    const [drawn, rows] = [this.#drawn.total, this.#rows.total];
    return { domain: this.#domain.key, drawn, rows, parameters };
  }

  #covered(parameter: string, shares: ReadonlyMap<string, number>): Covered {
    const values = [...shares].map(([value, asked]) => ({
      value,
      asked,
      drawn: this.#drawn.of(parameter, value),
      rows: this.#rows.of(parameter, value),
    }));
    const test = (of: (value: CoveredValue) => number): ChiSquare | null =>
      chiSquare(values.map(of), [...shares.values()]) ?? null;
    const known = values.reduce((sum, one) => sum + one.rows, 0);
    return {
      parameter,
      values,
      drawn: test((one) => one.drawn),
      rows: test((one) => one.rows),
      others: this.#rows.total - known,
    };
  }
}

/** `rows` are the metadata of the finished set's rows. */
export function coverageOf(
  domain: Domain,
  drawn: Iterable<Scenario>,
  rows: Iterable<Metadata>,
): Coverage {
  const counter = new CoverageCounter(domain);
  for (const one of drawn) counter.addDrawn(one);
  for (const one of rows) counter.addRow(one);
  return counter.told();
}
