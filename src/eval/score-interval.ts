// How sure a score of a sample is: the middle 95 % of the scores when its answers are drawn again with replacement
// (bootstrap, Efron and Tibshirani 1993). Of two models' difference compare.ts tells.
import { Random } from "../core/random.ts";
import type { Comparable } from "./compare.ts";

export interface ScoreInterval {
  low: number;
  high: number;
}

/** Draws of all answers together: many answers are drawn fewer times, so that it takes about a second at most. */
const mostDrawn = 20_000_000;
const [fewestDraws, mostDraws] = [200, 2000];

/** Null of fewer than two answers. */
export function scoreInterval<Row>(
  metric: Pick<Comparable<Row>, "score" | "statistics">,
  rows: readonly Row[],
  seed: number,
): ScoreInterval | null {
  const { length } = rows;
  if (length < 2) return null;
  const statistics = rows.map((row) => metric.statistics(row));
  const random = Random.fromSeed(seed).split("score");
  const draws = Math.max(fewestDraws, Math.min(mostDraws, Math.floor(mostDrawn / length)));
  const sums = new Float64Array(statistics[0]?.length ?? 0);
  const scores = Float64Array.from({ length: draws }, () => {
    sums.fill(0);
    for (let count = 0; count < length; count++) {
      const row = statistics[Math.floor(random.next() * length)] ?? [];
      for (let at = 0; at < row.length; at++) sums[at] = (sums[at] ?? 0) + (row[at] ?? 0);
    }
    return metric.score([...sums]);
  }).sort();
  const at = (share: number): number => scores[Math.floor(share * draws)] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}
