// Some rows of a dataset, drawn by a seed: as many from each value of a field as its share, and the same rows whatever
// their order.
import { textHash } from "../clean/duplicates/normal-text.ts";
import { largestRemainder } from "./ratios.ts";

export interface Drawable {
  readonly key: string;
  readonly stratum: string;
}

export interface SampleOptions {
  readonly count: number;
  readonly seed: number;
  /** Draw the same number of rows of each value, if it has enough; else each its share. */
  readonly isEven: boolean;
}

/** Rows a stratum gives; what a small one lacks, the others give. */
function evenCounts(sizes: readonly number[], count: number): number[] {
  const counts = sizes.map(() => 0);
  let left = count;
  let open = [...sizes.keys()];
  while (left > 0 && open.length > 0) {
    const each = Math.max(1, Math.floor(left / open.length));
    for (const at of open) {
      const more = Math.min(each, sizes[at]! - counts[at]!, left);
      counts[at]! += more;
      left -= more;
    }
    open = open.filter((at) => counts[at]! < sizes[at]!);
  }
  return counts;
}

function drawnCounts(sizes: readonly number[], { count, isEven }: SampleOptions): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const wanted = Math.min(count, all);
  if (isEven) return evenCounts(sizes, wanted);
  return largestRemainder(
    wanted,
    sizes.map((size) => (all === 0 ? 0 : size / all)),
    sizes,
  );
}

/** Numbers of the rows drawn, in order. */
export function drawRows(rows: readonly Drawable[], options: SampleOptions): number[] {
  const strata = new Map<string, number[]>();
  for (const [row, { stratum }] of rows.entries()) {
    const known = strata.get(stratum);
    if (known === undefined) strata.set(stratum, [row]);
    else known.push(row);
  }
  const names = [...strata.keys()].toSorted((a, b) => (a < b ? -1 : 1));
  const members = names.map((name) => strata.get(name)!);
  const counts = drawnCounts(
    members.map(({ length }) => length),
    options,
  );
  const order = (row: number): number => textHash(`${options.seed}\n${rows[row]!.key}`);
  return members
    .flatMap((own, at) => own.toSorted((a, b) => order(a) - order(b)).slice(0, counts[at]))
    .toSorted((a, b) => a - b);
}
