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

/**
 * Logits of each of these texts (1, n), of which the first half was read alone and the rest together with the others,
 * token by token; shorter ones leave when they end.
 */
export function readTogether(model: LanguageModel, texts: readonly Tensor[]): Tensor[] {
  const starts = texts.map((ids) => Math.ceil(ids.dim(1) / 2));
  const read = texts.map((ids, at) => {
    const cache = model.makeCache();
    return { cache, logits: [model.forward(ids.narrow(1, 0, starts[at]!), { cache })] };
  });
  let cache = read[0]!.cache.map((layer, at) =>
    layer.with(read.slice(1).map((other) => other.cache[at]!)),
  );
  let rows = texts.map((_, at) => at);
  for (let step = 0; rows.length > 0; step++) {
    const going = rows.filter((row) => starts[row]! + step < texts[row]!.dim(1));
    if (going.length === 0) break;
    if (going.length < rows.length)
      cache = cache.map((layer) => layer.ofRows(going.map((row) => rows.indexOf(row))));
    rows = going;
    const at = (row: number): number => starts[row]! + step;
    const ids = concatenate(
      rows.map((row) => texts[row]!.narrow(1, at(row), at(row) + 1)),
      0,
    );
    const logits = model.forward(ids, { cache });
    for (const [place, row] of rows.entries())
      read[row]!.logits.push(logits.narrow(0, place, place + 1));
  }
  return read.map((one) => concatenate(one.logits, 1));
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
