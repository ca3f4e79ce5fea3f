// Generates token after token from one model: reads the prompt in chunks, then one token a pass over a cache.
// One engine for training, evaluation and serving; knows no text.
import type { LanguageModel, LayerCache } from "../models/index.ts";
import { carry, evaluate, int32, randomKey, scope, type Tensor } from "../mx/index.ts";
import { type SamplingOptions, sampleToken } from "./sampling.ts";

export interface DecodeOptions extends SamplingOptions {
  maxTokens: number;
  /** Any of these ends the answer and is not part of it. */
  stopTokenIds: readonly number[];
  seed: number;
}

/** Prompt tokens read in one pass: bounds the memory of attention scores. */
const prefillChunk = 512;

/** Owns the cache between passes and frees it at the end. */
class Decoder {
  readonly #model: LanguageModel;
  readonly #cache: LayerCache[];

  constructor(model: LanguageModel) {
    this.#model = model;
    this.#cache = model.makeCache();
  }

  *tensors(): Generator<Tensor> {
    for (const layer of this.#cache) yield* layer.tensors();
  }

  /** Feeds ids and gives the token chosen after the last of them. */
  next(ids: readonly number[], options: SamplingOptions, seed: number): number {
    return carry(this, () => {
      const hidden = this.#model.hidden(int32(ids, [1, ids.length]), { cache: this.#cache });
      const last = hidden.narrow(1, ids.length - 1, ids.length);
      const logits = this.#model.head(last).reshape(1, -1);
      const token = sampleToken(logits, options, randomKey(seed));
      evaluate([token, ...this.tensors()]);
      return token.item();
    });
  }

  /** Feeds ids whose continuation is not wanted yet. */
  read(ids: readonly number[]): void {
    carry(this, () => {
      this.#model.hidden(int32(ids, [1, ids.length]), { cache: this.#cache });
      evaluate([...this.tensors()]);
    });
  }

  dispose(): void {
    for (const tensor of this.tensors()) tensor.dispose();
  }
}

/** Yields ids until a stop token or the limit. The prompt needs at least one token. */
export function* decode(
  model: LanguageModel,
  prompt: readonly number[],
  options: DecodeOptions,
): Generator<number> {
  if (prompt.length === 0) throw new RangeError("the prompt has no tokens");
  const stops = new Set(options.stopTokenIds);
  const decoder = new Decoder(model);
  try {
    const lastChunk = Math.floor((prompt.length - 1) / prefillChunk) * prefillChunk;
    for (let at = 0; at < lastChunk; at += prefillChunk)
      decoder.read(prompt.slice(at, at + prefillChunk));
    let fed = prompt.slice(lastChunk);
    for (let count = 0; count < options.maxTokens; count++) {
      const token = decoder.next(fed, options, options.seed + count);
      if (stops.has(token)) return;
      yield token;
      fed = [token];
    }
  } finally {
    decoder.dispose();
  }
}

/** Logits of every position, (length, vocabulary) in float32, in one pass without a cache. */
export function logitsOf(model: LanguageModel, ids: readonly number[]): Float32Array {
  return scope(() => model.forward(int32(ids, [1, ids.length])).toFloat32());
}
