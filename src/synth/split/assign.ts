// Which split each unit goes to: the shares of each stratum by largest remainders, whole units, caps, what is frozen.
// Pure: rows are read and written elsewhere.
import { largestRemainder, type Ratios } from "./ratios.ts";
import { noRoom } from "./split-errors.ts";
import type { Unit } from "./units.ts";

export type Policy = "proportional" | "min_one";

export interface AssignOptions {
  readonly ratios: Ratios;
  readonly policy: Policy;
  readonly caps: Ratios;
  /** Split of a row that has one already. */
  frozenOf(row: number): string | undefined;
}

export interface Assigned {
  /** Split of each row. */
  readonly splits: readonly string[];
  /** Warnings by name, with what they mean. */
  readonly warnings: ReadonlyMap<string, string>;
}

/** A cap below a split's share leaves the rest to the first split without one. */
function cappedShares(ratios: Ratios, caps: Ratios, total: number): Map<string, number> {
  const shares = new Map(Object.entries(ratios));
  const open = [...shares.keys()].find((name) => caps[name] === undefined);
  for (const [name, cap] of Object.entries(caps)) {
    const share = shares.get(name) ?? 0;
    const excess = share - cap / Math.max(1, total);
    if (excess <= 0 || open === undefined) continue;
    shares.set(name, share - excess);
    shares.set(open, shares.get(open)! + excess);
  }
  return shares;
}

class Assignment {
  readonly warnings = new Map<string, string>();
  readonly splits: string[];
  readonly #names: readonly string[];
  readonly #shares: readonly number[];
  readonly #options: AssignOptions;
  readonly #filled: number[];
  readonly #total: number;

  constructor(rows: number, options: AssignOptions) {
    this.#options = options;
    this.#total = rows;
    this.splits = Array.from({ length: rows }, () => "");
    const shares = cappedShares(options.ratios, options.caps, rows);
    this.#names = [...shares.keys()];
    this.#shares = [...shares.values()];
    this.#filled = this.#names.map(() => 0);
  }

  /** Units of one stratum, largest first. */
  stratum(units: readonly Unit[]): void {
    const rows = units.reduce((sum, unit) => sum + unit.rows.length, 0);
    const needs = this.#shares.map((share, at) => share * this.#total - this.#filled[at]!);
    const left = largestRemainder(rows, this.#shares, needs);
    const open = units.filter((unit) => !this.#frozen(unit, left));
    for (const unit of this.#policy(units, open, left))
      this.#place(unit, this.#fullest(unit, left), left);
  }

  /** Of each split that is too small by a row or more, empty, or capped. */
  warn(): void {
    const { ratios, caps } = this.#options;
    for (const [name, share] of Object.entries(ratios)) {
      const rows = this.#filled[this.#names.indexOf(name)]!;
      const wanted = share * this.#total;
      const told = `${rows} rows, ${wanted.toFixed(1)} wanted`;
      const cap = caps[name];
      if (cap !== undefined && cap < wanted) this.warnings.set(`${name}_capped`, told);
      if (share > 0 && rows === 0) this.warnings.set(`${name}_empty`, told);
      const reachable = this.#shares[this.#names.indexOf(name)]! * this.#total;
      if (Math.abs(rows - reachable) >= 1 - 1e-9)
        this.warnings.set("share_not_reachable", `${name}: ${told}`);
    }
  }

  /** Puts a unit where its frozen rows are; whether it had any. */
  #frozen(unit: Unit, left: number[]): boolean {
    const named = unit.rows.map((row) => this.#options.frozenOf(row));
    const counts = new Map<string, number>();
    for (const name of named) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    const [first, ...others] = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    if (first === undefined) return false;
    if (others.length > 0)
      this.warnings.set(
        "frozen_unit_divided",
        "rows that belong together are frozen in different splits",
      );
    for (const [at, row] of unit.rows.entries()) this.#put(row, named[at] ?? first[0], left);
    return true;
  }

  /** With min_one each split gets a unit first: the smallest ones, the smallest splits first. */
  #policy(units: readonly Unit[], open: readonly Unit[], left: number[]): readonly Unit[] {
    const { policy, ratios } = this.#options;
    if (policy === "proportional") return open;
    const has = new Set(
      units
        .flatMap(({ rows }) => rows.map((row) => this.splits[row]!))
        .filter((name) => name !== ""),
    );
    const wanting = Object.entries(ratios)
      .filter(([name, share]) => share > 0 && !has.has(name))
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, open.length)
      .map(([name]) => name);
    const rest = [...open];
    for (const name of wanting.toReversed()) {
      const unit = rest.pop();
      if (unit !== undefined) this.#place(unit, this.#names.indexOf(name), left);
    }
    return rest;
  }

  /** The split that lacks most, of those whose cap leaves room, first among those that lack as much as the unit has. */
  #fullest(unit: Unit, left: readonly number[]): number {
    const size = unit.rows.length;
    const { caps } = this.#options;
    const fits = (at: number): boolean =>
      this.#filled[at]! + size <= (caps[this.#names[at]!] ?? Number.POSITIVE_INFINITY);
    const possible = [...this.#names.keys()].filter((at) => fits(at) && this.#shares[at]! > 0);
    const anywhere = possible.length > 0 ? possible : [...this.#names.keys()].filter(fits);
    const [best] = anywhere.toSorted((a, b) => left[b]! - left[a]! || a - b);
    if (best === undefined) throw noRoom(size);
    return best;
  }

  #place(unit: Unit, at: number, left: number[]): void {
    for (const row of unit.rows) this.#put(row, this.#names[at]!, left);
  }

  #put(row: number, name: string, left: number[]): void {
    this.splits[row] = name;
    const at = this.#names.indexOf(name);
    if (at === -1) {
      this.warnings.set("frozen_split_unknown", `rows stay in ${name}, which is not asked for`);
      return;
    }
    this.#filled[at]!++;
    left[at]!--;
  }
}

/** Each row's split. Throws UsageError FT-SPLIT-003. */
export function assignUnits(units: readonly Unit[], options: AssignOptions): Assigned {
  const rows = units.reduce((sum, unit) => sum + unit.rows.length, 0);
  const assignment = new Assignment(rows, options);
  const strata = new Map<string, Unit[]>();
  for (const unit of units) {
    const known = strata.get(unit.stratum);
    if (known === undefined) strata.set(unit.stratum, [unit]);
    else known.push(unit);
  }
  for (const name of [...strata.keys()].toSorted((a, b) => (a < b ? -1 : 1)))
    assignment.stratum(strata.get(name)!);
  assignment.warn();
  return { splits: assignment.splits, warnings: assignment.warnings };
}
