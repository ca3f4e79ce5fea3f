// pass@k: how likely one of k answers passes, estimated without bias from n drawn of which c passed.
// Chen et al. 2021 (Codex), equation 1. Runs no checker.
import type { Answer, Metric } from "./metric.ts";

/** 1 − C(n−c, k) / C(n, k), as a product so that nothing overflows. NaN with fewer answers than k. */
export function passAtK(drawn: number, passed: number, k: number): number {
  if (drawn < k) return Number.NaN;
  if (drawn - passed < k) return 1;
  let none = 1;
  for (let at = drawn - passed + 1; at <= drawn; at++) none *= 1 - k / at;
  return 1 - none;
}

const passedOf = ({ samples = [] }: Answer): number =>
  samples.filter(({ passed }) => passed).length;

/** Of answers whose `samples` were checked. */
export function passAt(k: number): Metric {
  return {
    about: `probability that at least one of ${k} answers passes the check`,
    ...{ looksAt: "prediction", scale: 1, better: "higher" },
    signature: (answers) => `unbiased|n:${answers[0]?.samples?.length ?? 0}`,
    statistics: (answer) => [passAtK(answer.samples?.length ?? 0, passedOf(answer), k), 1],
    score: ([sum = 0, count = 0]) => (count === 0 ? 0 : sum / count),
  };
}

/** The k of "pass@k"; undefined for the name of another metric. */
export function passNamed(name: string): number | undefined {
  const match = /^pass@([1-9]\d{0,3})$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}
