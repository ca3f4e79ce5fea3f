// What is to be known of a judge before its scores are believed, in words: from how it behaved, whoever it is.
import type { JudgeFacts } from "./tally.ts";

/** Fewer rows say little of a judge. */
const leastRows = 10;

const percent = (share: number): string => `${Math.round(100 * share)} %`;

export function judgeWarnings({
  scored,
  unjudged,
  distinct,
  spread,
  quoted,
  comparisons,
}: JudgeFacts): string[] {
  const told: string[] = [];
  const asked = scored + unjudged;
  if (asked >= leastRows && unjudged > 0.1 * asked)
    told.push(
      `the judge could not score ${percent(unjudged / asked)} of the rows it was asked about`,
    );
  if (scored >= leastRows && (distinct < 3 || (spread ?? 0) < 0.3))
    told.push(
      `the judge gives nearly every row the same score (${distinct} different scores, standard deviation ${(spread ?? 0).toFixed(2)} points), so its scores do not distinguish these rows`,
    );
  if (scored >= leastRows && quoted !== null && quoted < 0.8)
    told.push(`${percent(1 - quoted)} of the judge's quotes do not occur in the row`);
  const compared =
    comparisons === null ? 0 : comparisons.wins + comparisons.ties + comparisons.losses;
  if (comparisons !== null && compared >= leastRows && comparisons.position.consistent < 0.6)
    told.push(
      `in ${percent(1 - comparisons.position.consistent)} of the comparisons the verdict changed with the order; these count as ties`,
    );
  return told;
}
