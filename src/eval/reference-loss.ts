// What the answers of rows cost a model: the sum of −log p over their tokens, a row at a time.
import { learnedCount, lengthMultiple, type Row, type Sequence } from "../data/index.ts";
import type { LanguageModel } from "../models/index.ts";
import { scope } from "../mx/index.ts";
import type { Renderer } from "../text/types.ts";
import { supervised } from "../train/objectives/supervised.ts";

export interface ReferenceLoss {
  sum: number;
  tokens: number;
}

const shortened =
  (maxLength: number) =>
  ({ ids, weights }: Sequence): Sequence => {
    return { ids: ids.slice(0, maxLength), weights: weights.slice(0, maxLength) };
  };

/**
 * Of the last answer of a conversation or an instruction, of all of a text; natural logarithms. What is beyond
 * `maxLength` tokens is left out. Undefined where nothing is left.
 */
export function referenceLoss(
  model: LanguageModel,
  row: Row,
  { renderer, maxLength }: { renderer: Renderer; maxLength: number },
): ReferenceLoss | undefined {
  const maskPolicy = row.sample.kind === "text" ? "all" : "last";
  const [whole] = supervised.encode([row], { renderer, maskPolicy }).samples;
  if (whole === undefined) return undefined;
  const encoded = { ...whole, sequences: whole.sequences.map(shortened(maxLength)) };
  const tokens = learnedCount(encoded);
  if (tokens === 0) return undefined;
  const options = { padId: 0, padToMultiple: lengthMultiple, maxLength };
  const batch = supervised.collate([[encoded]], options);
  return scope(() => ({ sum: supervised.loss(model, batch).lossSum.item(), tokens }));
}
