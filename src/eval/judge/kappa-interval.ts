// How sure an agreement is: the middle 95 % of kappas when the rated things are drawn again with replacement (bootstrap,
// Efron and Tibshirani 1993). Of few ratings it is wide, and says so.
import { Random } from "../../core/random.ts";
import { type Agreement, cohenKappa, type Weights } from "./kappa.ts";

const draws = 1000;

export interface AgreementInterval extends Agreement {
  low: number | null;
  high: number | null;
}

/** Draws in which both give one label alone have no kappa and are left out. */
export function kappaWithInterval<Label>(
  pairs: readonly (readonly [Label, Label])[],
  labels: readonly Label[],
  weights: Weights,
  seed: number,
): AgreementInterval {
  const whole = cohenKappa(pairs, labels, weights);
  const { length } = pairs;
  if (length === 0 || whole.kappa === null) return { ...whole, low: null, high: null };
  const random = Random.fromSeed(seed).split("kappa");
  const found: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const drawn = Array.from({ length }, () => pairs[random.integer(length)]!);
    const { kappa } = cohenKappa(drawn, labels, weights);
    if (kappa !== null) found.push(kappa);
  }
  found.sort((a, b) => a - b);
  const at = (share: number): number | null => found[Math.floor(share * found.length)] ?? null;
  return { ...whole, low: at(0.025), high: at(0.975) };
}
