// What a job will ask and cost, before anything is asked: likely, and at most.
import { costOf, likelyTokensIn, mostTokensIn, type Price } from "../../providers/prices.ts";
import { type RequestParts, requestOf, taskAt, taskCount } from "./plan.ts";
import { LENGTHS } from "./row-form.ts";

export interface Estimated {
  calls: number;
  tokensIn: number;
  tokensOut: number;
  /** Billionths of a dollar; 0 where no price is known. */
  cost: number;
}

export interface MakeEstimate {
  likely: Estimated;
  /** Every task tries as often as it may, every answer is as long as it may be. Requests that fail are not counted. */
  most: Estimated;
}

/** Tokens of a message, as models write them. */
const tokensOfMessage = 90;

/** Requests looked at: more say no more of the mean. */
const lookedAt = 200;

/** For `count` rows to make. */
export function estimateMaking(
  count: number,
  parts: RequestParts,
  price: Price | undefined,
): MakeEstimate {
  const { settings, passages } = parts;
  const planning = { ...settings, passages: passages.length };
  const tasks = taskCount(count, planning);
  const looked = Math.min(tasks, lookedAt);
  const requests = Array.from({ length: looked }, (_, at) =>
    requestOf(taskAt(Math.floor((at * tasks) / looked), count, planning), 0, parts),
  );
  const mean = (of: number[]): number =>
    of.length === 0 ? 0 : of.reduce((sum, one) => sum + one, 0) / of.length;
  const { least, most } = LENGTHS[settings.length];
  const perRow = Math.min(settings.maxTokens, ((least + most) / 2) * tokensOfMessage);
  const likely = {
    calls: tasks,
    tokensIn: Math.round(tasks * mean(requests.map(likelyTokensIn))),
    tokensOut: Math.round(count * perRow),
  };
  const calls = tasks * settings.tries;
  const upmost = {
    calls,
    tokensIn: Math.round(calls * mean(requests.map(mostTokensIn))),
    tokensOut: calls * settings.maxTokens,
  };
  return {
    likely: { ...likely, cost: costOf(likely, price) },
    most: { ...upmost, cost: costOf(upmost, price) },
  };
}
