// Recurrences that the addon has kernels for. What stands in where none serves is its caller's.
import { binding } from "./loader.ts";
import { handleOrNull, type Tensor, wrapAll } from "./tensor.ts";

export interface ScanOperands {
  /** (batch, length, channels). */
  x: Tensor;
  /** As x, not below zero; a step of 0 leaves the state alone. */
  steps: Tensor;
  /** (channels, state size), below zero. */
  rates: Tensor;
  /** B: (batch, length, state size). */
  writes: Tensor;
  /** C: likewise. */
  reads: Tensor;
  /** (batch, length) int32, another number where another text begins; its state begins as zero. */
  runs?: Tensor | undefined;
  /** (batch, channels, state size) before the first token. */
  state: Tensor;
}

/** y as x, and the state after the last token; undefined where no kernel serves: only float32 on the CPU. */
export function fusedScan(operands: ScanOperands): [y: Tensor, state: Tensor] | undefined {
  const { x, steps, rates, writes, reads, runs, state } = operands;
  const [y, last] = wrapAll(
    binding().selectiveScan(
      x.handle,
      steps.handle,
      rates.handle,
      writes.handle,
      reads.handle,
      state.handle,
      handleOrNull(runs ?? null),
    ),
  );
  return y === undefined || last === undefined ? undefined : [y, last];
}
