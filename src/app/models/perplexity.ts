// How well a model foretells a text: e to the mean of −log p over its tokens. In windows that know nothing of each
// other, as mlx_lm.perplexity reads. Needs a loaded model; judges none.
import { setImmediate } from "node:timers/promises";
import { DataError } from "../../core/errors.ts";
import { loadModel, type Model } from "../../generate/load-model.ts";
import { requireKnownTokens } from "../../models/index.ts";
import { int32, scope } from "../../mx/index.ts";
import type { DownloadProgress } from "../../weights/index.ts";

export interface Perplexity {
  perplexity: number;
  /** That were foretold. */
  tokens: number;
}

export interface PerplexityOptions {
  text: string;
  /** Of the text, from its beginning. */
  maxTokens: number;
  signal?: AbortSignal | undefined;
}

/** Tokens that are read at once; the first of them is not foretold. */
const WINDOW = 512;

function* windowsOf(ids: readonly number[], length: number): Generator<readonly number[]> {
  for (let begin = 0; begin + 1 < ids.length; begin += length)
    yield ids.slice(begin, begin + length);
}

/** The sum of −log p of all tokens of a window but the first. */
function lossOf({ loaded: { model } }: Model, ids: readonly number[]): number {
  const count = ids.length - 1;
  return scope(() => {
    const hidden = model.hidden(int32(ids.slice(0, -1), [1, count]));
    const losses = model.headLosses(hidden.reshape(count, -1), int32(ids.slice(1), [count]));
    return losses.sum().item();
  });
}

/** @throws DataError FT-DATA-029 for a text of less than two tokens. */
export async function perplexityOf(
  model: Model,
  { text, maxTokens, signal }: PerplexityOptions,
): Promise<Perplexity> {
  const ids = model.tokenizer.encode(text, { addSpecialTokens: true }).slice(0, maxTokens);
  if (ids.length < 2) {
    throw new DataError("FT-DATA-029", {
      message: "the text has fewer than two tokens, so there is nothing to predict",
      hint: "give a text file of a few pages",
    });
  }
  const { sizes } = model.loaded;
  requireKnownTokens(ids, sizes.vocabularySize);
  const length = Math.min(WINDOW, sizes.positionLimit ?? WINDOW);
  let [loss, tokens] = [0, 0];
  for (const window of windowsOf(ids, length)) {
    if (window.length < 2) continue;
    loss += lossOf(model, window);
    tokens += window.length - 1;
    await setImmediate();
    signal?.throwIfAborted();
  }
  return { perplexity: Math.exp(loss / tokens), tokens };
}

export interface ModelPerplexityOptions extends PerplexityOptions {
  revision?: string | undefined;
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
}

/** The same of a model that is loaded for it. */
export async function perplexityOfModel(
  name: string,
  options: ModelPerplexityOptions,
): Promise<Perplexity> {
  const { revision, onDownload, signal } = options;
  const model = await loadModel(name, {
    ...(revision !== undefined && { revision }),
    onDownload,
    signal,
  });
  try {
    return await perplexityOf(model, options);
  } finally {
    model.dispose();
  }
}
