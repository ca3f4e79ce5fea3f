// The likeliest next tokens of a model, without a cache, and how sure of them it is: another program that rounds
// otherwise gives the same only where no two are nearly as likely.
import type { Model } from "../../src/generate/load-model.ts";

export interface Greedy {
  tokens: number[];
  /** Least distance from the likeliest to the next, as a part of what all logits span. */
  margin: number;
}

interface Best {
  token: number;
  margin: number;
}

function bestOf(logits: Float32Array): Best {
  let [token, second, least] = [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [at, logit] of logits.entries()) {
    const best = logits[token] ?? 0;
    if (logit < least) least = logit;
    if (at > 0 && logit > best) {
      second = best;
      token = at;
    } else if (at > 0 && logit > second) second = logit;
  }
  const best = logits[token] ?? 0;
  return { token, margin: (best - second) / (best - least) };
}

/** The likeliest token behind each position. */
export function topsOf(model: Model, ids: readonly number[]): Best[] {
  const { data, shape } = model.forward(ids);
  const [, , width] = shape;
  return ids.map((_, at) => bestOf(data.subarray(at * width, (at + 1) * width)));
}

export function greedyOf(model: Model, prompt: readonly number[], count: number): Greedy {
  const ids = [...prompt];
  let margin = 1;
  for (let step = 0; step < count; step++) {
    const best = topsOf(model, ids).at(-1) as Best;
    ids.push(best.token);
    margin = Math.min(margin, best.margin);
  }
  return { tokens: ids.slice(prompt.length), margin };
}
