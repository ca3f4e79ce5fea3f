// The memory estimate of a run: sizes from the model's architecture, lengths from its data, formula from train/.
import { architectureOf } from "../models/index.ts";
import { describeBackend } from "../mx/index.ts";
import type { EncodedSample } from "../data/index.ts";
import { estimateMemory, type MemoryTerm } from "../train/memory-estimate.ts";
import type { Checkpoint } from "../weights/index.ts";
import type { RunConfig } from "./config/schema.ts";
import { chooseDtype } from "./open-model.ts";

export type { MemoryTerm } from "../train/memory-estimate.ts";

const bytesOf: Partial<Record<string, number>> = { float32: 4, float16: 2, bfloat16: 2 };

/** Bytes a weight takes once loaded; float32 where the addon, and so the device, is not there to ask. */
function weightBytes({ model }: RunConfig, { tensors }: Checkpoint): number {
  let dtype: string | undefined = "float32";
  try {
    dtype = chooseDtype(model.torch_dtype, describeBackend());
  } catch {
    // validate works without the addon
  }
  if (dtype !== undefined) return bytesOf[dtype] ?? 4;
  const all = [...tensors.values()];
  const bytes = all.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const count = all.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return bytes / count;
}

/** `lengths` are those of the samples after the cut. */
export async function estimateRunMemory(
  config: RunConfig,
  checkpoint: Checkpoint,
  samples: readonly EncodedSample[],
  lengths: readonly number[],
): Promise<{ totalBytes: number; terms: MemoryTerm[] }> {
  const architecture = await architectureOf(checkpoint.config);
  const tokens = samples.reduce((sum, { ids }) => sum + ids.length, 0);
  const learned = samples.reduce(
    (sum, { weights }) => sum + weights.reduce((count, weight) => count + Math.sign(weight), 0),
    0,
  );
  return estimateMemory(architecture.sizes(checkpoint.config), {
    method: config.method,
    lora: config.lora,
    optimization: config.optimization,
    longestRow: lengths.reduce((longest, length) => Math.max(longest, length), 0),
    learnedShare: tokens === 0 ? 0 : learned / tokens,
    weightBytes: weightBytes(config, checkpoint),
  });
}
