// Rows as Tinker takes them: sequences without padding, each token with the one that follows it and how much that counts.
import type { LossBatch } from "../../train/objectives/objective.ts";
import type { Unit } from "../../train/run.ts";
import { unreadable } from "./errors.ts";
import type { Datum, PassOutput } from "./wire/forward-backward.ts";

export interface RemoteBatch extends LossBatch {
  data: readonly Datum[];
}

/** The sequences of all units; weights are the masks that any run here has. */
export function remoteBatch(units: readonly Unit[]): RemoteBatch {
  const sequences = units.flat().flatMap((row) => row.sequences);
  const data = sequences.map(({ ids, weights }) => ({
    tokens: ids.slice(0, -1),
    targets: ids.slice(1),
    weights: weights.slice(1),
  }));
  const count = (of: (weights: Float32Array) => number): number =>
    data.reduce((sum, { weights }) => sum + of(weights), 0);
  return {
    data,
    tokens: count(({ length }) => length),
    learnedTokens: count((weights) => weights.reduce((sum, one) => sum + (one === 0 ? 0 : 1), 0)),
    weightSum: count((weights) => weights.reduce((sum, one) => sum + one, 0)),
  };
}

/** Σ weight · loss of a batch: from the log-probabilities of its tokens, else from the sum that the service made. */
export function lossSum(data: readonly Datum[], { logprobs, metrics }: PassOutput): number {
  if (logprobs === undefined) {
    const told = metrics["loss:sum"];
    if (told === undefined)
      throw unreadable("a pass over rows", "neither losses of tokens nor their sum");
    return told;
  }
  if (logprobs.length !== data.length)
    throw unreadable("a pass over rows", `losses of ${logprobs.length} rows for ${data.length}`);
  return data.reduce((sum, { weights }, at) => sum + weightedSum(weights, logprobs[at] ?? []), 0);
}

function weightedSum(weights: Float32Array, logprobs: ArrayLike<number>): number {
  if (logprobs.length !== weights.length)
    throw unreadable(
      "a pass over rows",
      `losses of ${logprobs.length} tokens for ${weights.length}`,
    );
  // what does not count may be infinitely unlikely
  return weights.reduce(
    (sum, weight, at) => (weight === 0 ? sum : sum - weight * (logprobs[at] ?? 0)),
    0,
  );
}
