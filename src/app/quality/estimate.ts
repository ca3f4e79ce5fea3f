// What judging a set will ask and cost, before anything is asked: one call a row that checks let pass, and four more for a
// row that is mended (written again, scored again, compared in both orders).
import { costOf, likelyTokensIn, mostTokensIn, type Price } from "../../providers/prices.ts";
import type { ChatRequest } from "../../providers/types.ts";
import type { Estimated } from "../../synth/make/estimate.ts";
import { rewriteRequest } from "../../synth/quality/rewriting.ts";
import { scoreRequest } from "../../synth/quality/scores.ts";
import { isToMend, lookedAt, type RowToJudge, type RowWork } from "./judge-row.ts";

export interface QualityEstimate {
  rows: number;
  /** Rows in which checks find something: their first score is not asked for. */
  foundByChecks: number;
  /** Rows by what found something. */
  byCheck: Record<string, number>;
  /** Scores alone, nothing mended. */
  scoring: Estimated;
  /** As if a quarter of the scored rows were below the bar. */
  likely: Estimated;
  /** Every row mended, every answer as often and as long as it may be. Requests that fail are not counted. */
  most: Estimated;
}

/** Of the rows that are scored: an assumption, said where the estimate is. */
export const assumedBelow = 0.25;

/** Tokens of an answer for each criterion, and of the rest. */
const tokensPerCriterion = 60;
const tokensBeside = 80;
const tokensPerVerdict = 60;

/** Rows looked at for the length of requests: more say no more of the mean. */
const lookedRows = 200;

const none: Estimated = { calls: 0, tokensIn: 0, tokensOut: 0, cost: 0 };

const plus = (a: Estimated, b: Estimated, times = 1): Estimated => ({
  calls: a.calls + times * b.calls,
  tokensIn: a.tokensIn + times * b.tokensIn,
  tokensOut: a.tokensOut + times * b.tokensOut,
  cost: a.cost + times * b.cost,
});

const whole = ({ calls, tokensIn, tokensOut, cost }: Estimated): Estimated => ({
  calls: Math.ceil(calls),
  tokensIn: Math.ceil(tokensIn),
  tokensOut: Math.ceil(tokensOut),
  cost: Math.ceil(cost),
});

type Work = Pick<RowWork, "settings" | "score" | "rewrite">;

interface RowCosts {
  score: Estimated;
  mend: Estimated;
  most: Estimated;
}

/** Of one row: a score, a mending, and all that may be asked about it. */
function costsOf(given: RowToJudge, work: Work, price: Price | undefined): RowCosts | undefined {
  const { row } = lookedAt(given, work.settings);
  if (row === undefined) return undefined;
  const { settings, score, rewrite } = work;
  const requests = [
    scoreRequest(row, 0, score),
    rewriteRequest(row, ["what is wrong with it in a few words"], 0, rewrite),
  ] as const;
  const [scoring, writing] = requests;
  const call = (request: ChatRequest, tokensOut: number, times = 1): Estimated => {
    const tokensIn = times * likelyTokensIn(request);
    const tokens = { tokensIn, tokensOut: times * tokensOut };
    return { calls: times, ...tokens, cost: costOf(tokens, price) };
  };
  const scored = call(scoring, tokensBeside + tokensPerCriterion * score.criteria.length);
  const written = call(writing, Math.ceil(given.text.length / 4));
  const compared = settings.compare ? call(scoring, tokensPerVerdict, 2) : none;
  const mend = plus(plus(written, scored), compared);
  const upmost = (request: ChatRequest, times: number): Estimated => {
    const tokensIn = times * mostTokensIn(request);
    const tokens = { tokensIn, tokensOut: times * request.maxTokens };
    return { calls: times, ...tokens, cost: costOf(tokens, price) };
  };
  const once = upmost(scoring, settings.tries);
  const again = plus(once, upmost(writing, settings.tries));
  const both = settings.compare ? upmost(scoring, 2 * settings.tries) : none;
  return { score: scored, mend, most: plus(once, settings.autoFix ? plus(again, both) : none) };
}

function meanOf(all: readonly RowCosts[], of: (costs: RowCosts) => Estimated): Estimated {
  const sum = all.map(of).reduce((total, one) => plus(total, one), none);
  return plus(none, sum, all.length === 0 ? 0 : 1 / all.length);
}

/** Asks nobody. */
export function estimateQuality(
  rows: readonly RowToJudge[],
  work: Work,
  price: Price | undefined,
): QualityEstimate {
  const byCheck: Record<string, number> = {};
  let [found, mended] = [0, 0];
  for (const given of rows) {
    const { row, findings } = lookedAt(given, work.settings);
    if (findings.length === 0) continue;
    found++;
    if (isToMend(row, findings, work.settings)) mended++;
    for (const check of new Set(findings.map((one) => one.check)))
      byCheck[check] = (byCheck[check] ?? 0) + 1;
  }
  const step = Math.max(1, Math.ceil(rows.length / lookedRows));
  const looked = rows
    .filter((_, at) => at % step === 0)
    .flatMap((row) => costsOf(row, work, price) ?? []);
  const scored = rows.length - found;
  const scoring = plus(
    none,
    meanOf(looked, ({ score }) => score),
    scored,
  );
  const below = work.settings.autoFix ? mended + assumedBelow * scored : 0;
  const likely = plus(
    scoring,
    meanOf(looked, ({ mend }) => mend),
    below,
  );
  const most = plus(
    none,
    meanOf(looked, (costs) => costs.most),
    rows.length,
  );
  const counts = { rows: rows.length, foundByChecks: found, byCheck };
  return { ...counts, scoring: whole(scoring), likely: whole(likely), most: whole(most) };
}
