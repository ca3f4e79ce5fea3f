// From logits to the weights of the tokens that are left to choose from. Numbers of one row; draws nothing.
import type { SamplingOptions } from "./sampling.ts";

/** Weights are probabilities but for a factor. */
export interface Weighed {
  /** The token of each weight, likeliest first; undefined where all tokens stand in their order. */
  ids: Int32Array | undefined;
  weights: Float64Array;
  total: number;
}

const isAllowed = (allowed: Uint32Array | undefined, id: number): boolean =>
  allowed === undefined || ((allowed[id >> 5]! >>> (id & 31)) & 1) === 1;

/** The first of the largest. */
export function likeliest(logits: Float32Array, allowed?: Uint32Array): number {
  let best = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) {
    if (allowed !== undefined && (id & 31) === 0 && allowed[id >> 5] === 0) {
      id += 31;
      continue;
    }
    if (logits[id]! > most && isAllowed(allowed, id)) {
      most = logits[id]!;
      best = id;
    }
  }
  return best === -1 ? firstAllowed(logits, allowed) : best;
}

/** Where every logit is -Infinity or NaN. */
function firstAllowed(logits: Float32Array, allowed: Uint32Array | undefined): number {
  return Math.max(
    0,
    logits.findIndex((_, id) => isAllowed(allowed, id)),
  );
}

/** log Σ exp(logit). */
export function logSumExp(logits: Float32Array): number {
  const most = logits.reduce((a, b) => (b > a ? b : a), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let id = 0; id < logits.length; id++) sum += Math.exp(logits[id]! - most);
  return most + Math.log(sum);
}

/** Weights after temperature, top-k, top-p and min-p, in this order. At least one token is left. */
export function weighed(
  logits: Float32Array,
  { temperature, topK, topP, minP }: SamplingOptions,
  allowed?: Uint32Array,
): Weighed {
  const all = softened(logits, temperature, allowed);
  const isCut = (topK > 0 && topK < logits.length) || topP < 1 || minP > 0;
  if (!isCut) return all;
  const most = topK > 0 ? Math.min(topK, logits.length) : logits.length;
  const isMass = topP < 1;
  // the share is of what the first limit leaves, all of which must then be found
  const mass = isMass && most === logits.length ? topP * all.total : Number.POSITIVE_INFINITY;
  const ids = likelyOnes(all.weights, { most, mass, least: isMass ? 0 : minP });
  const own = Float64Array.from(ids, (id) => all.weights[id]!);
  const wanted = isMass && most < logits.length ? topP * summed(own) : mass;
  return limited(ids, own, { mass: wanted, least: minP });
}

const summed = (weights: Float64Array): number => weights.reduce((a, b) => a + b, 0);

/** exp((logit - largest) / temperature), 0 for what is not allowed. */
function softened(
  logits: Float32Array,
  temperature: number,
  allowed: Uint32Array | undefined,
): Weighed {
  const weights = new Float64Array(logits.length);
  const most = logits[likeliest(logits, allowed)]!;
  let total = 0;
  for (let id = 0; id < logits.length; id++) {
    if (!isAllowed(allowed, id)) continue;
    const weight = logits[id] === most ? 1 : Math.exp((logits[id]! - most) / temperature);
    weights[id] = weight;
    total += weight;
  }
  return { ids: undefined, weights, total };
}

/** How far the search for likely tokens goes: whichever comes first. */
interface Enough {
  most: number;
  mass: number;
  /** Weight, of which the likeliest has 1. */
  least: number;
}

/** Those above a floor, which sinks until they are enough: most tokens are never sorted. */
function likelyOnes(weights: Float64Array, { most, mass, least }: Enough): Int32Array {
  let floor = Math.max(least, 1e-3);
  for (;;) {
    const found: number[] = [];
    let sum = 0;
    for (let id = 0; id < weights.length; id++) {
      if (weights[id]! < floor || weights[id] === 0) continue;
      found.push(id);
      sum += weights[id]!;
    }
    if (floor <= least || floor < 1e-300 || found.length >= most || sum >= mass)
      return Int32Array.from(found.sort((a, b) => weights[b]! - weights[a]! || a - b)).slice(
        0,
        most,
      );
    floor = Math.max(least, floor * 1e-3);
  }
}

/** The first of these, likeliest first, that make up the mass and have the least weight; the likeliest always. */
function limited(
  ids: Int32Array,
  weights: Float64Array,
  { mass, least }: Pick<Enough, "mass" | "least">,
): Weighed {
  let [count, total] = [0, 0];
  while (count < ids.length && (count === 0 || (total < mass && weights[count]! >= least)))
    total += weights[count++]!;
  return { ids: ids.slice(0, count), weights: weights.slice(0, count), total };
}
