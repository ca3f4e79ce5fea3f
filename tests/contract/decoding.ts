// Ways of reading the same ids that must give the same logits: at once, through a cache, packed with others.
// Makes no claims itself; tests compare what comes back.
import type { LanguageModel } from "../../src/models/index.ts";
import { concatenate, int32, type Tensor } from "../../src/mx/index.ts";

/** Logits for ids (batch, length), read in pieces of these lengths through one cache. */
export function readInPieces(
  model: LanguageModel,
  ids: Tensor,
  lengths: readonly number[],
): Tensor {
  const cache = model.makeCache();
  let start = 0;
  const parts = lengths.map((length) => {
    const piece = ids.narrow(1, start, start + length);
    start += length;
    return model.forward(piece, { cache });
  });
  return concatenate(parts, 1);
}

export function oneByOne(count: number): number[] {
  return Array.from({ length: count }, () => 1);
}

/** Logits for two rows (1, n) packed into one row, each seeing only itself: [first, second]. */
export function readPacked(model: LanguageModel, first: Tensor, second: Tensor): Tensor[] {
  const [left, right] = [first.dim(1), second.dim(1)];
  const numbers = (a: number[], b: number[]): Tensor => int32([...a, ...b], [1, left + right]);
  const counting = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
  const logits = model.forward(concatenate([first, second], 1), {
    segments: numbers(Array(left).fill(1), Array(right).fill(2)),
    positions: numbers(counting(left), counting(right)),
  });
  return logits.splitAt([left], 1);
}
