// `--batch-size auto`: the largest batch that the estimate says fits, of a few powers of two.
// The estimate is the caller's; nothing is tried out.
import { formatBytes } from "../../core/units.ts";
import type { RunConfig } from "../config/schema.ts";
import { availableBytes, type Estimator } from "./memory-plan.ts";

/** More rows at once gain no speed on these machines, and change what is learned. */
const largest = 32;
/** Of what is free: the estimate is no promise, and other programs want some too. */
const usableShare = 0.8;

export interface ChosenBatch {
  config: RunConfig;
  notice: string;
}

function sizesFor(rows: number): number[] {
  const sizes: number[] = [];
  for (let size = largest; size > 1; size /= 2) if (size <= rows) sizes.push(size);
  return [...sizes, 1];
}

const withBatch = (config: RunConfig, batch_size: number): RunConfig => ({
  ...config,
  optimization: { ...config.optimization, batch_size, auto_batch_size: false },
});

/** Of `rows` to train on. Where not even one row fits it is one row: refusing is somebody else's. */
export async function chooseBatch(
  config: RunConfig,
  rows: number,
  estimate: Estimator,
  available = availableBytes(),
): Promise<ChosenBatch> {
  const usable = available * usableShare;
  for (const size of sizesFor(rows)) {
    const chosen = withBatch(config, size);
    const { totalBytes } = await estimate(chosen);
    if (totalBytes > usable && size > 1) continue;
    const notice =
      `batch size ${size}, chosen by the estimate: ${formatBytes(totalBytes)} ` +
      `of ${formatBytes(available)} that are free`;
    return { config: chosen, notice };
  }
  throw new RangeError("no batch size to choose from");
}
