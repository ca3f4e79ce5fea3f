import { formatCount, formatDuration } from "../../../core/units.ts";
// What a judge found and what it costs, in words that the terminal, Markdown and the page share.
import type { Agreement, JudgeCost } from "../../../eval/judge/index.ts";
import type { PairReport, PairwiseReport } from "./judge-pairs.ts";

const two = (value: number | null): string => (value === null ? "none" : value.toFixed(2));
const percent = (share: number | null): string =>
  share === null ? "none" : `${(share * 100).toFixed(1)} %`;

/** "40 calls, 12.3k tokens to read, up to about 2.4k to write, about 55s at the speed measured here" */
export function costText({ calls, promptTokens, answerTokens, seconds }: JudgeCost): string {
  const time =
    seconds === null ? "" : `, about ${formatDuration(seconds)} at the speed measured here`;
  const tokens = `${formatCount(promptTokens)} tokens to read, up to about ${formatCount(answerTokens)} to write`;
  return `${calls} calls, ${tokens}${time}`;
}

/** "kappa 0.41 (quadratic) over 30 ratings, 46.7 % the same" */
export function agreementText({ kappa, weights, count, same }: Agreement): string {
  if (count === 0) return "no rating of what was judged";
  const value = kappa === null ? "undefined (one label alone)" : kappa.toFixed(3);
  const how = weights === "none" ? "" : ` (${weights})`;
  return `kappa ${value}${how} over ${count} ratings, ${percent(same)} the same`;
}

/** "3.20 (2.80 … 3.60) of 1 to 5" */
export function meanText({
  mean,
  low,
  high,
  scale,
}: {
  mean: number | null;
  low: number | null;
  high: number | null;
  scale: readonly [number, number];
}): string {
  return `${two(mean)} (${two(low)} … ${two(high)}) of ${scale[0]} to ${scale[1]}`;
}

function pairText(report: PairReport): string {
  const { winRate, low, high, wins, ties, losses, unjudged, position, agreement } = report;
  const left = unjudged === 0 ? "" : `, ${unjudged} not judged`;
  const places = `both orders alike ${percent(position.consistent)}, first place twice ${percent(position.alwaysA)}, second twice ${percent(position.alwaysB)}`;
  const agreed = agreement === null ? "" : `; with your ratings ${agreementText(agreement)}`;
  return `win rate ${percent(winRate)} (${percent(low)} … ${percent(high)}), ${wins}/${ties}/${losses}${left}; ${places}${agreed}`;
}

/** A line for each model that was judged against the first. */
export function pairwiseTexts({ model, pairs }: PairwiseReport): string[] {
  return Object.entries(pairs).map(
    ([name, report]) => `judged by ${model}: ${name} ${pairText(report)}`,
  );
}
