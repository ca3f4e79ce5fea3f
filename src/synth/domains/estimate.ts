// What generating rows will ask and cost, before anything is asked: likely, and at most.
import { costOf, likelyTokensIn, mostTokensIn, type Price } from "../../providers/prices.ts";
import type { MakeEstimate } from "../make/estimate.ts";
import { type RowParts, rowRequest, scenarioOf } from "./row-request.ts";

/** Tokens of a message, as models write them. */
const tokensOfMessage = 120;

/** Rows looked at: more say no more of the mean. */
const lookedAt = 200;

const mean = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length;

/** Rows that are drawn again, because another says the same, are not counted. */
export function estimateRows(
  count: number,
  parts: RowParts,
  price: Price | undefined,
): MakeEstimate {
  const { tries, maxTokens } = parts.settings;
  const looked = Array.from({ length: Math.min(count, lookedAt) }, (_, at) => {
    const task = { row: Math.floor((at * count) / Math.min(count, lookedAt)), draw: 0 };
    const request = rowRequest(task, 0, parts);
    const written = 2 * scenarioOf(task, parts).exchanges * tokensOfMessage;
    return { request, written: Math.min(maxTokens, written) };
  });
  const likely = {
    calls: count,
    tokensIn: Math.round(count * mean(looked.map(({ request }) => likelyTokensIn(request)))),
    tokensOut: Math.round(count * mean(looked.map(({ written }) => written))),
  };
  const calls = count * tries;
  const most = {
    calls,
    tokensIn: Math.round(calls * mean(looked.map(({ request }) => mostTokensIn(request)))),
    tokensOut: calls * maxTokens,
  };
  return {
    likely: { ...likely, cost: costOf(likely, price) },
    most: { ...most, cost: costOf(most, price) },
  };
}
