// How likely a model finds a continuation of a text: the sum of log p over its tokens, as lm-eval splits them.
import type { Model } from "../../generate/load-model.ts";

export interface Likelihood {
  /** Natural logarithm. */
  sum: number;
  tokens: number;
  /** Each token is the likeliest one. */
  isGreedy: boolean;
}

/** Blanks at the end of the context belong to the continuation, since tokens begin with them. */
export function encodedPair(
  { tokenizer }: Model,
  context: string,
  continuation: string,
): { ids: number[]; from: number } {
  const encode = (text: string): number[] => tokenizer.encode(text, { addSpecialTokens: true });
  if (context !== "") {
    const from = encode(context.trimEnd()).length;
    return { ids: encode(context + continuation), from };
  }
  const prefix = tokenizer.bosTokenId ?? tokenizer.eosTokenId ?? 0;
  const ids = tokenizer.encode(continuation);
  return { ids: ids[0] === prefix ? ids : [prefix, ...ids], from: 1 };
}

function rated(
  logits: Float32Array,
  target: number,
): { logProbability: number; isLargest: boolean } {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((all, logit) => all + Math.exp(logit - largest), 0);
  const own = logits[target] ?? Number.NaN;
  return {
    logProbability: own - largest - Math.log(sum),
    isLargest: logits.indexOf(largest) === target,
  };
}

/** What is longer than the model reads loses its beginning. */
export function likelihood(model: Model, context: string, continuation: string): Likelihood {
  const { ids: whole, from } = encodedPair(model, context, continuation);
  const most = (model.loaded.sizes.positionLimit ?? model.loaded.model.trainedLength ?? 4096) + 1;
  const cut = Math.max(0, whole.length - most);
  const ids = whole.slice(cut);
  const { data, shape } = model.forward(ids.slice(0, -1));
  const size = shape[2];
  const first = Math.max(from - cut, 1);
  const all = ids.slice(first).map((id, at) => {
    const row = first + at - 1;
    return rated(data.subarray(row * size, (row + 1) * size), id);
  });
  return {
    sum: all.reduce((sum, { logProbability }) => sum + logProbability, 0),
    tokens: all.length,
    isGreedy: all.every(({ isLargest }) => isLargest),
  };
}
