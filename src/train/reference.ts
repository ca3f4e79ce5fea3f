// What the model says of each row before its first step, for objectives that compare with it: asked once, in batches of
// rows of like length. Keeps nothing on the disk.
import { setImmediate } from "node:timers/promises";
import { interrupted } from "../core/interrupted.ts";
import { type CollateOptions, type EncodedRow, tokenCount } from "../data/index.ts";
import { scope } from "../mx/index.ts";
import type { Reference, TrainableModel } from "./objectives/objective.ts";

export interface MeasureOptions {
  collate: CollateOptions;
  /** Samples in one forward pass. */
  batchSize: number;
  onProgress?: ((done: number) => void) | undefined;
  shouldStop(): boolean;
}

/** Samples with their numbers, which stand one after another, as many for each. */
export function withNumbers(samples: readonly EncodedRow[], numbers: Float32Array): EncodedRow[] {
  const each = numbers.length / samples.length;
  return samples.map((sample, at) => {
    return { ...sample, reference: [...numbers.subarray(at * each, (at + 1) * each)] };
  });
}

/**
 * The samples in their order, each with its `reference`. Draws nothing at random: the same samples, model and options
 * give the same bits. Throws the error of core/interrupted.ts when asked to stop.
 */
export async function measureReference(
  { measure }: Reference,
  model: TrainableModel,
  samples: readonly EncodedRow[],
  { collate, batchSize, onProgress, shouldStop }: MeasureOptions,
): Promise<EncodedRow[]> {
  const measured: EncodedRow[] = [...samples];
  const order = [...samples.keys()].sort(
    (a, b) => tokenCount(samples[a] as EncodedRow) - tokenCount(samples[b] as EncodedRow),
  );
  for (let start = 0; start < order.length; start += batchSize) {
    const places = order.slice(start, start + batchSize);
    const batch = places.map((place) => samples[place] as EncodedRow);
    const units = batch.map((sample) => [sample]);
    const numbers = scope(() => measure(model, units, collate).toFloat32());
    withNumbers(batch, numbers).forEach((sample, at) => (measured[places[at] ?? 0] = sample));
    onProgress?.(start + batch.length);
    await setImmediate();
    if (shouldStop()) throw interrupted("before training began: nothing was written");
  }
  return measured;
}
