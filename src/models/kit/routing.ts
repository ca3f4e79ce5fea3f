// Which experts a token goes to, and how much each counts: told in data, so that a family says only how it differs.
// The layer that gives the logits, and the experts, are sparse-mlp.ts's.
import { arange, concatenate, type Tensor, where } from "../../mx/index.ts";

/** Experts are divided into groups, and only those of the best groups can be chosen (DeepSeek-AI 2024). */
export interface ExpertGroups {
  count: number;
  /** Groups that are left. */
  kept: number;
  /** A group counts as much as the sum of so many of its best experts. */
  best: number;
}

export interface Routing {
  /** Experts of each token. */
  chosen: number;
  /**
   * What logits become: shares of one among all experts, the same among the chosen ones alone, a number between 0 and 1
   * for each, or what SparseMixer makes of them for two experts, one after the other (Liu et al. 2024).
   */
  scores: "softmax" | "softmax of chosen" | "sigmoid" | { mixer: { jitter: number } };
  /**
   * Shares of the chosen are divided by their sum, to which a number may be added, or which counts as a least number
   * where it is smaller; absent: left as they are.
   */
  normalized?: { added?: number; atLeast?: number } | undefined;
  /** Factor on the shares; default 1. */
  scale?: number | undefined;
  groups?: ExpertGroups | undefined;
  /** Logits are computed in float32, whatever the model is in. */
  isPrecise?: boolean;
}

/** Experts by number, and their shares, (tokens, chosen) each. */
export interface Choice {
  experts: Tensor;
  shares: Tensor;
}

/** Of the largest numbers of each row, where they are, (rows, count). */
function largest(scores: Tensor, count: number): Tensor {
  return scores
    .neg()
    .argpartition(count - 1)
    .narrow(-1, 0, count);
}

/** Scores (tokens, experts), those outside of the best groups −∞. */
function withinGroups(scores: Tensor, { count, kept, best }: ExpertGroups): Tensor {
  const [tokens = 1, experts = 1] = scores.shape;
  const grouped = scores.reshape(tokens, count, experts / count);
  const size = experts / count;
  const worth = grouped
    .sort(-1)
    .narrow(-1, size - best, size)
    .sum(-1);
  const rank = worth.neg().argsort(-1).argsort(-1);
  const isKept = rank.less(kept).expandDims(-1);
  return where(isKept, grouped, Number.NEGATIVE_INFINITY).reshape(tokens, experts);
}

function ownScores(logits: Tensor, { scores }: Routing): Tensor {
  if (scores === "sigmoid") return logits.sigmoid();
  return scores === "softmax" ? logits.softmax(-1, true) : logits;
}

function normalizedShares(shares: Tensor, { normalized }: Routing): Tensor {
  if (normalized === undefined) return shares;
  const { added = 0, atLeast } = normalized;
  const sum = shares.sum(-1, true).add(added);
  return shares.div(atLeast === undefined ? sum : sum.maximum(atLeast));
}

/**
 * logits (tokens, experts) in float32; `bias` (experts) moves who is chosen, and not the shares. Nothing flows back
 * through the choice itself.
 */
export function routed(logits: Tensor, routing: Routing, bias?: Tensor): Choice {
  const { scores: kind, chosen, groups, scale = 1 } = routing;
  if (typeof kind === "object") return mixed(logits, chosen, kind.mixer.jitter);
  const scores = ownScores(logits, routing);
  const fixed = scores.stopGradient();
  const biased = bias === undefined ? fixed : fixed.add(bias.stopGradient());
  const experts = largest(groups === undefined ? biased : withinGroups(biased, groups), chosen);
  const own = scores.takeAlongAxis(experts, -1);
  const shares = normalizedShares(
    kind === "softmax of chosen" ? own.softmax(-1, true) : own,
    routing,
  );
  return { experts, shares: scale === 1 ? shares : shares.mul(scale) };
}

/**
 * One expert after another, each the best of those that are left; its share is among those left whose logits are near
 * its own, as far as the jitter reaches.
 */
function mixed(logits: Tensor, chosen: number, jitter: number): Choice {
  const fixed = logits.stopGradient();
  const numbers = arange(0, logits.dim(-1));
  const [experts, shares]: [Tensor[], Tensor[]] = [[], []];
  let left = logits;
  for (let each = 0; each < chosen; each++) {
    const best = left.stopGradient().max(-1, true);
    const at = left.stopGradient().argmax(-1, true);
    const distance = best.sub(fixed).div(fixed.abs().maximum(best));
    const near = where(distance.lessEqual(2 * jitter), left, Number.NEGATIVE_INFINITY);
    experts.push(at);
    shares.push(near.softmax(-1, true).takeAlongAxis(at, -1));
    left = where(numbers.notEqual(at), left, Number.NEGATIVE_INFINITY);
  }
  return { experts: concatenate(experts, -1), shares: concatenate(shares, -1) };
}
