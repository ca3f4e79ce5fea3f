// Two models' answers to the same questions compared by a metric: the difference, how sure it is, who wins where.
// Sure by a paired bootstrap (Efron and Tibshirani 1993; Koehn 2004): questions are drawn again with replacement, and both
// models are scored on what was drawn.
import { Random } from "../core/random.ts";
import { type Metric, summed } from "./metrics/metric.ts";

/** What of a metric is needed to compare: a `Metric` is one of answers. */
export interface Comparable<Row> extends Pick<Metric, "better" | "score"> {
  statistics: (row: Row) => readonly number[];
}

export interface Delta {
  /** The second's score less the first's. */
  delta: number;
  /** Whether the second is better by it; null where there is no difference. */
  better: boolean | null;
  /** The middle 95 % of the differences when questions are drawn again. */
  low: number;
  high: number;
  /** How often chance alone would give a difference on the other side, both sides taken; at least 1/(draws + 1). */
  p: number;
  /** Of single questions: where the second scores better, the same, worse. */
  wins: number;
  ties: number;
  losses: number;
}

export interface CompareOptions {
  draws?: number;
  seed?: number;
}

const sign = ({ better }: Pick<Metric, "better">): number => (better === "higher" ? 1 : -1);

type Statistics = readonly (readonly number[])[];

/** Sums of the rows at these places. */
function drawn(rows: Statistics, places: Uint32Array, sums: Float64Array): Float64Array {
  sums.fill(0);
  for (const place of places) {
    const row = rows[place] ?? [];
    for (let at = 0; at < row.length; at++) sums[at] = (sums[at] ?? 0) + (row[at] ?? 0);
  }
  return sums;
}

/** Differences of scores when questions are drawn again, ascending. */
function resampled(
  metric: Pick<Metric, "score">,
  both: readonly [Statistics, Statistics],
  draws: number,
  seed: number,
): Float64Array {
  const [first, second] = both;
  const random = Random.fromSeed(seed).split("bootstrap");
  const places = new Uint32Array(first.length);
  const sums = new Float64Array(first[0]?.length ?? 0);
  return Float64Array.from({ length: draws }, () => {
    for (let at = 0; at < places.length; at++)
      places[at] = Math.floor(random.next() * first.length);
    const before = metric.score([...drawn(first, places, sums)]);
    return metric.score([...drawn(second, places, sums)]) - before;
  }).sort();
}

/** Scores closer than this are the same: sums in another order end in other digits. */
const same = 1e-12;

function tally(
  metric: Pick<Metric, "better" | "score">,
  [first, second]: readonly [Statistics, Statistics],
): Pick<Delta, "wins" | "ties" | "losses"> {
  const differences = first.map(
    (row, at) => sign(metric) * (metric.score(second[at] ?? []) - metric.score(row)),
  );
  const wins = differences.filter((value) => value > same).length;
  const losses = differences.filter((value) => value < -same).length;
  return { wins, ties: differences.length - wins - losses, losses };
}

/** Throws RangeError where the two did not answer as many questions. */
export function compareAnswers<Row>(
  metric: Comparable<Row>,
  first: readonly Row[],
  second: readonly Row[],
  { draws = 2000, seed = 42 }: CompareOptions = {},
): Delta {
  if (first.length !== second.length) throw new RangeError("both answer the same questions");
  const statistics = (all: readonly Row[]): Statistics =>
    all.map((answer) => metric.statistics(answer));
  const both = [statistics(first), statistics(second)] as const;
  const [before, after] = both.map((rows) => metric.score(summed(rows))) as [number, number];
  const delta = Math.abs(after - before) <= same ? 0 : after - before;
  const all = resampled(metric, both, draws, seed);
  const at = (share: number): number =>
    all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? 0;
  const [below, above] = [
    all.filter((value) => value <= same),
    all.filter((value) => value >= -same),
  ];
  const p = Math.min(1, (2 * (Math.min(below.length, above.length) + 1)) / (draws + 1));
  return {
    ...{ delta, better: delta === 0 ? null : sign(metric) * delta > 0 },
    ...{ low: at(0.025), high: at(0.975), p, ...tally(metric, both) },
  };
}
