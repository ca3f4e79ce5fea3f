// What the answers of rows cost a model: the sum of −log p over their tokens, a row at a time.
import {
  type EncodedRow,
  learnedCount,
  lengthMultiple,
  type Row,
  type Sequence,
} from "../data/index.ts";
import type { LanguageModel } from "../models/index.ts";
import { scope } from "../mx/index.ts";
import type { Renderer } from "../text/types.ts";
import { supervised } from "../train/objectives/supervised.ts";

export interface ReferenceLoss {
  sum: number;
  tokens: number;
}

export interface ReferenceLossOptions {
  renderer: Renderer;
  /** Most tokens that are read at once. */
  maxLength: number;
  /** How far the next window of a longer text begins after the last one; absent: there is none. */
  stride?: number | undefined;
}

/** From `begin`, where tokens before `from` are read and not counted again. */
function windowOf({ ids, weights }: Sequence, begin: number, end: number, from: number): Sequence {
  const counted = weights.slice(begin, end).map((weight, at) => (begin + at < from ? 0 : weight));
  return { ids: ids.slice(begin, end), weights: counted };
}

/** As transformers' documentation takes the perplexity of long texts: each token counts once. */
function windowsOf(whole: Sequence, maxLength: number, stride = whole.ids.length): Sequence[] {
  const windows: Sequence[] = [];
  let from = 0;
  const { length } = whole.ids;
  for (let begin = 0; begin < length && from < length; begin += stride) {
    const end = Math.min(begin + maxLength, length);
    windows.push(windowOf(whole, begin, end, from));
    from = end;
  }
  return windows;
}

/**
 * Of the last answer of a conversation or an instruction, of all of a text; natural logarithms. What is beyond
 * `maxLength` tokens is left out, of a text with a `stride` nothing. Undefined where nothing is left.
 */
export function referenceLoss(
  model: LanguageModel,
  row: Row,
  { renderer, maxLength, stride }: ReferenceLossOptions,
): ReferenceLoss | undefined {
  const isText = row.sample.kind === "text";
  const maskPolicy = isText ? "all" : "last";
  const [whole] = supervised.encode([row], { renderer, maskPolicy }).samples;
  if (whole === undefined) return undefined;
  const windows = whole.sequences
    .flatMap((sequence) => windowsOf(sequence, maxLength, isText ? stride : undefined))
    .map((sequence) => ({ ...whole, sequences: [sequence] }));
  const tokens = windows.reduce((sum, window) => sum + learnedCount(window), 0);
  if (tokens === 0) return undefined;
  const options = { padId: 0, padToMultiple: lengthMultiple, maxLength };
  const lossOf = (window: EncodedRow): number => {
    const batch = supervised.collate([[window]], options);
    return scope(() => supervised.loss(model, batch).lossSum.item());
  };
  const counted = windows.filter((window) => learnedCount(window) > 0);
  return { sum: counted.reduce((sum, window) => sum + lossOf(window), 0), tokens };
}
