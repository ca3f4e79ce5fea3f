// The few lengths that rows are padded to, so that a run has few shapes and little padding. A pure function of the
// rows' lengths: an interrupted run finds the same ones again. Which rows meet in a batch is batches.ts's.

export interface BucketOptions {
  /** How many lengths there may be. */
  count: number;
  /** Rows that meet. */
  batchSize: number;
  /** Each is a multiple of this, or `maximum`. */
  multiple: number;
  /** None is beyond this, unless a row itself is. */
  maximum: number;
}

/** More candidates than this are thinned out: choosing takes time with their square. */
const mostCandidates = 512;

/** Lengths that could be chosen, ascending, with the rows of the batches that fit each and none before it. */
interface Candidates {
  lengths: number[];
  rows: number[];
}

function candidatesOf(lengths: readonly number[], options: BucketOptions): Candidates {
  const { multiple, maximum, batchSize } = options;
  const longest = lengths.reduce((most, length) => Math.max(most, length), 1);
  const step = multiple * Math.ceil(longest / multiple / mostCandidates);
  const rows = new Map<number, number>();
  for (const units of likeBatches(lengths, batchSize)) {
    const length = longestOf(units, lengths);
    const rounded = Math.ceil(Math.max(1, length) / step) * step;
    const at = Math.max(length, Math.min(rounded, maximum));
    rows.set(at, (rows.get(at) ?? 0) + units.length);
  }
  return { lengths: [...rows.keys()], rows: [...rows.values()] };
}

const longestOf = (units: readonly number[], lengths: readonly number[]): number =>
  lengths[units.at(-1) ?? -1] ?? 0;

/** Units by length, in batches; the shortest make the one that may be small. */
function likeBatches(lengths: readonly number[], batchSize: number): number[][] {
  const byLength = [...lengths.keys()].sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0));
  const first = byLength.length % batchSize;
  const batches = first === 0 ? [] : [byLength.slice(0, first)];
  for (let at = first; at < byLength.length; at += batchSize) {
    batches.push(byLength.slice(at, at + batchSize));
  }
  return batches;
}

/** Sums of the first n, for n from 0 on. */
function runningSums(numbers: readonly number[]): number[] {
  const sums = [0];
  for (const number of numbers) sums.push((sums.at(-1) ?? 0) + number);
  return sums;
}

/** Where the last bucket of the cheapest choice begins, for each number of buckets and of candidates covered. */
function cheapestSplits({ lengths, rows }: Candidates, count: number): number[][] {
  const sums = runningSums(rows);
  const rowsUpTo = (n: number): number => sums[n] ?? 0;
  let costs = lengths.map((length, at) => length * rowsUpTo(at + 1));
  const splits = [lengths.map(() => 0)];
  for (let buckets = 2; buckets <= count; buckets++) {
    const before = costs;
    const split = lengths.map(() => 0);
    costs = lengths.map((length, end) => {
      let best = before[end] ?? Infinity;
      split[end] = splits.at(-1)?.[end] ?? 0;
      for (let start = 1; start <= end; start++) {
        const cost = (before[start - 1] ?? 0) + length * (rowsUpTo(end + 1) - rowsUpTo(start));
        if (cost >= best) continue;
        best = cost;
        split[end] = start;
      }
      return best;
    });
    splits.push(split);
  }
  return splits;
}

/**
 * The lengths to pad to, ascending, that leave the least padding over batches of like length: an optimal histogram,
 * found by dynamic programming (Jagadish et al. 1998). The last holds the longest row.
 */
export function chooseBuckets(lengths: readonly number[], options: BucketOptions): number[] {
  const candidates = candidatesOf(lengths, options);
  const count = Math.min(options.count, candidates.lengths.length);
  const splits = cheapestSplits(candidates, count);
  const chosen: number[] = [];
  let end = candidates.lengths.length - 1;
  for (let buckets = count; buckets >= 1 && end >= 0; buckets--) {
    chosen.unshift(candidates.lengths[end] ?? 0);
    end = (splits[buckets - 1]?.[end] ?? 0) - 1;
  }
  return chosen;
}

/** The first bucket that holds a length; the number of buckets when none does. */
export function bucketOf(length: number, buckets: readonly number[]): number {
  const at = buckets.findIndex((bucket) => bucket >= length);
  return at === -1 ? buckets.length : at;
}

/**
 * For each unit, the bucket that it meets others in: whole batches of like length share one, so that no batch is padded
 * for a few that were left over.
 */
export function bucketsOfUnits(
  lengths: readonly number[],
  buckets: readonly number[],
  batchSize: number,
): number[] {
  const found = lengths.map(() => 0);
  for (const units of likeBatches(lengths, batchSize)) {
    const bucket = bucketOf(longestOf(units, lengths), buckets);
    for (const unit of units) found[unit] = bucket;
  }
  return found;
}
