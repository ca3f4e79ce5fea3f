// Chooses the next token of one answer from its logits: greedily, or at random after temperature, top-k, top-p, min-p;
// before that penalties, biases and what a constraint allows. Plain numbers, so that an answer's text depends on its own
// logits and seed alone, whatever is decoded beside it.
import type { Random } from "../core/random.ts";
import { likeliest, logSumExp, type Weighed, weighed } from "./distribution.ts";
import type { RatedToken } from "./requests.ts";

export interface SamplingOptions {
  /** 0: greedy. */
  temperature: number;
  /** Keep the k likeliest; 0: all. */
  topK: number;
  /** Keep the likeliest whose probabilities sum to p (Holtzman et al. 2020); 1: all. */
  topP: number;
  /** Keep those at least this share as likely as the likeliest (Nguyen et al. 2024); 0: all. */
  minP: number;
  /** Logits of tokens of prompt and answer are divided by it, negative ones multiplied (Keskar et al. 2019); 1: none. */
  repetitionPenalty: number;
  /** Taken from logits of tokens that the answer has. */
  presencePenalty: number;
  /** Taken from them once for each time. */
  frequencyPenalty: number;
  /** Added to logits, by token; -Infinity forbids one. */
  logitBias: ReadonlyMap<number, number>;
}

/** The most likely token each time: nothing is drawn. */
export const plainSampling: SamplingOptions = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  logitBias: new Map(),
};

export class TokenChooser {
  readonly #options: SamplingOptions;
  readonly #random: Random;
  /** Tokens of prompt and answer; how often the answer has them. */
  readonly #counts = new Map<number, number>();

  constructor(options: SamplingOptions, random: Random, prompt: readonly number[]) {
    this.#options = options;
    this.#random = random;
    if (options.repetitionPenalty !== 1) for (const id of prompt) this.#counts.set(id, 0);
  }

  /** Whether the likeliest token is taken, as the model has it: then logits need not be looked at. */
  get takesLikeliest(): boolean {
    const { temperature, repetitionPenalty, presencePenalty, frequencyPenalty, logitBias } =
      this.#options;
    const isPenalized = repetitionPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0;
    return temperature === 0 && !isPenalized && logitBias.size === 0;
  }

  /** One of the tokens that `allowed` has, all of them where it is absent. */
  choose(logits: Float32Array, allowed?: Uint32Array): number {
    const shaped = this.#shaped(logits);
    if (this.#options.temperature === 0) return likeliest(shaped, allowed);
    const left = weighed(shaped, this.#options, allowed);
    // of numbers that are none, nothing is likely
    return left.total > 0 ? this.#drawn(left) : likeliest(shaped, allowed);
  }

  /** The token is part of the answer. */
  take(id: number): void {
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
  }

  #shaped(logits: Float32Array): Float32Array {
    const { repetitionPenalty, presencePenalty, frequencyPenalty, logitBias } = this.#options;
    if (this.takesLikeliest) return logits;
    const shaped = logits.slice();
    for (const [id, count] of this.#counts) {
      const logit = shaped[id]!;
      const divided = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
      shaped[id] = divided - (count > 0 ? presencePenalty : 0) - count * frequencyPenalty;
    }
    for (const [id, bias] of logitBias) shaped[id]! += bias;
    return shaped;
  }

  /** The first token at which the weights so far exceed a random share of all. */
  #drawn({ ids, weights, total }: Weighed): number {
    const share = this.#random.next() * total;
    let sum = 0;
    for (let at = 0; at < weights.length; at++) {
      sum += weights[at]!;
      if (sum > share) return ids?.[at] ?? at;
    }
    // rounding left the sum below the share: the last that has weight
    const last = weights.findLastIndex((weight) => weight > 0);
    return ids?.[last] ?? last;
  }
}

/** The log-probability of a token, and those of the likeliest. */
export function rated(
  logits: Float32Array,
  id: number,
  alternatives: number,
): { logProbability: number; alternatives: RatedToken[] } {
  const all = logSumExp(logits);
  const rate = (token: number): number => logits[token]! - all;
  const { ids } = weighed(logits, { ...plainSampling, temperature: 1, topK: alternatives });
  const likely = alternatives === 0 ? [] : (ids ?? []).slice(0, alternatives);
  return {
    logProbability: rate(id),
    alternatives: Array.from(likely, (token) => ({ id: token, logProbability: rate(token) })),
  };
}
