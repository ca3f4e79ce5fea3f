// What judging a set came to, in words.
import type { QualityAgreement } from "../../app/quality/agreement.ts";
import { assumedBelow } from "../../app/quality/estimate.ts";
import type { QualityPlan, QualityReport } from "../../app/quality/run-quality.ts";
import { formatCount } from "../../core/units.ts";
import type { AgreementInterval } from "../../eval/judge/index.ts";
import { dollars } from "../../store/index.ts";
import type { Estimated } from "../../synth/make/estimate.ts";

const one = (value: number | null): string => (value === null ? "none" : value.toFixed(1));
const two = (value: number | null): string => (value === null ? "none" : value.toFixed(2));

function priced({ calls, cost }: Estimated, hasPrice: boolean): string {
  return hasPrice
    ? `${calls} calls, ${dollars(cost)}`
    : `${calls} calls, at a price that is not known`;
}

/** "12 rows by openai gpt-5-mini: about 18 calls, $0.01; at most …" */
export function planText({ provider, models, estimate, hasPrice }: QualityPlan): string {
  const { rows, foundByChecks, likely, most } = estimate;
  const found =
    foundByChecks === 0 ? "" : `; checks found faults in ${foundByChecks} before anybody was asked`;
  return (
    `${rows} rows by ${provider} ${models.join(", ")}: about ${priced(likely, hasPrice)}, ` +
    `at most ${priced(most, hasPrice)}${found}`
  );
}

const listedChecks = (byCheck: Readonly<Record<string, number>>): string[] =>
  Object.entries(byCheck)
    .toSorted(([, a], [, b]) => b - a)
    .map(([check, count]) => `  ${check}: ${count}`);

export function estimateText(plan: QualityPlan): string {
  const { estimate, hasPrice } = plan;
  const { rows, foundByChecks, byCheck, scoring, likely, most } = estimate;
  const tokens = ({ tokensIn, tokensOut }: Estimated): string =>
    `${formatCount(tokensIn)} tokens read, ${formatCount(tokensOut)} written`;
  return [
    `${rows} rows; checks without a model find faults in ${foundByChecks}`,
    ...listedChecks(byCheck),
    `scores alone: ${priced(scoring, hasPrice)} (${tokens(scoring)})`,
    `likely, if ${100 * assumedBelow} % of the scored rows are fixed: ${priced(likely, hasPrice)} (${tokens(likely)})`,
    `at most: ${priced(most, hasPrice)} (${tokens(most)})`,
    "Each score is a call. A row that is fixed takes four more: written again, scored again, compared in both orders.",
  ].join("\n");
}

/** "kappa 0.62 (0.40 … 0.79)" */
function kappaText({ kappa, low, high, same }: AgreementInterval): string {
  if (kappa === null) return "kappa undefined (one label alone)";
  const sure = low === null ? "" : ` (${two(low)} … ${two(high)})`;
  return `kappa ${two(kappa)}${sure}, ${Math.round(100 * same)} % the same`;
}

export function agreementLines(agreement: QualityAgreement, bar: number): string[] {
  const { count, quadratic, plain, decisions, meanDifference, criteria, calibration } = agreement;
  if (decisions.count === 0) return ["no rating of what was judged"];
  const { method, errorBefore, errorAfter } = calibration;
  const few = count < 30 ? "; few ratings: the intervals are wide" : "";
  const mapped =
    method === "none"
      ? `calibration: none; ${count} ratings do not show that another scale would be nearer to yours`
      : `calibration: ${method}; the judge is ${two(errorBefore)} points off, ${two(errorAfter)} after it ` +
        "(on ratings left out)";
  const { barForYours } = agreement;
  const your =
    method === "none"
      ? []
      : [
          barForYours === null
            ? `no score of this judge means your ${bar}`
            : `your ${bar} is the judge's ${one(barForYours)}: --min-quality-score ${one(barForYours)}`,
        ];
  return [
    `agreement with your ratings, over ${count} scored rows${few}`,
    `  scores, near ones in part (quadratic): ${kappaText(quadratic)}`,
    `  scores, equal ones alone: ${kappaText(plain)}`,
    `  good enough or not, over ${decisions.count} rows: ${kappaText(decisions)}`,
    ...Object.entries(criteria).map(
      ([name, value]) => `  ${name} (quadratic): ${kappaText(value)}`,
    ),
    ...(meanDifference === null
      ? []
      : [
          `  the judge's mean is ${one(Math.abs(meanDifference))} points ${meanDifference < 0 ? "below" : "above"} yours`,
        ]),
    `  ${mapped}`,
    ...your.map((line) => `  ${line}`),
  ];
}

function comparisonText({ judge }: QualityReport): string[] {
  const { comparisons } = judge;
  if (comparisons === null) return [];
  const { wins, ties, losses, position } = comparisons;
  const share = `${Math.round(100 * position.consistent)} %`;
  return [
    `rewritings against originals, in both orders: better ${wins}, tie ${ties}, worse ${losses}; ` +
      `both orders alike ${share}`,
  ];
}

export function qualityText(report: QualityReport): string {
  const { processed, kept, fixed, removed, below, foundByChecks, byCheck, settings } = report;
  const { calls, costUsd, hasPrice, output, quarantine, agreement, criteria, judge } = report;
  const stays = below === 0 ? "" : ` (${below} below ${settings.minQualityScore} all the same)`;
  const cost = hasPrice ? dollars(Math.round(costUsd * 1e9)) : "at a price that is not known";
  const means = Object.entries(criteria).map(
    ([name, { before, after }]) => `  ${name}: ${one(before)}, then ${one(after)}`,
  );
  return [
    `${processed} rows: ${kept} kept${stays}, ${fixed} fixed, ${removed} removed`,
    ...(foundByChecks === 0
      ? []
      : [`checks without a model found faults in ${foundByChecks}:`, ...listedChecks(byCheck)]),
    ...(judge.unjudged === 0 ? [] : [`${judge.unjudged} rows could not be judged`]),
    `score: ${one(report.averageBefore)} of the rows that were scored, ${one(report.averageAfter)} of those that stay`,
    ...means,
    ...comparisonText(report),
    ...(agreement === null ? [] : agreementLines(agreement, settings.minQualityScore)),
    `${calls} calls, ${cost}`,
    ...(output === undefined ? [] : [`rows that stay: ${output}`]),
    ...(quarantine === undefined || fixed + removed === 0
      ? []
      : [`what was taken out or rewritten, with reasons: ${quarantine}`]),
  ].join("\n");
}
