// A mean and how sure it is: the middle 95 % of the means when what it is of is drawn again with replacement (bootstrap,
// Efron and Tibshirani 1993).
import { Random } from "../../core/random.ts";

const draws = 2000;

export interface MeanWithInterval {
  /** Null of nothing. */
  mean: number | null;
  low: number | null;
  high: number | null;
}

export function meanWithInterval(values: readonly number[], seed: number): MeanWithInterval {
  const { length } = values;
  if (length === 0) return { mean: null, low: null, high: null };
  const random = Random.fromSeed(seed).split("mean");
  const means = Float64Array.from({ length: draws }, () => {
    let sum = 0;
    for (let at = 0; at < length; at++) sum += values[Math.floor(random.next() * length)] ?? 0;
    return sum / length;
  }).sort();
  const at = (share: number): number => means[Math.floor(share * draws)] ?? 0;
  const mean = values.reduce((all, one) => all + one, 0) / length;
  return { mean, low: at(0.025), high: at(0.975) };
}
