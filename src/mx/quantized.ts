// Weights packed in a few bits each (MLX's formats) and products with them. On the CPU far slower than float32.
// No policy: which layers are packed, and how tightly, is decided above.
import type { QuantizationMode } from "./binding.ts";
import { binding } from "./loader.ts";
import { handleOrNull, Tensor, wrapAll } from "./tensor.ts";

export type { QuantizationMode } from "./binding.ts";

/** How weights are packed. */
export interface Packing {
  /** Weights of a row that share a scale: 32, 64 or 128 in mode affine, else 32 (16 in nvfp4). */
  groupSize: number;
  /** Bits a weight: 2, 3, 4, 5, 6 or 8 in mode affine. */
  bits: number;
  /** Affine (the default): scale · q + bias. The others: small floats, a scale of 8 bits, no biases. */
  mode?: QuantizationMode;
}

/** The format of a packing. */
export const modeOf = (packing: Packing): QuantizationMode => packing.mode ?? "affine";

/** Packed numbers, scales, and in mode affine biases. */
export type PackedParts = [packed: Tensor, scales: Tensor, biases?: Tensor];

/**
 * Packs (…, rows, columns) along the last axis: (…, rows, columns · bits / 32) uint32, then scales (…, rows,
 * columns / groupSize). In mode affine scales and biases are of the weights' dtype; in the other modes scales are uint8
 * and there are no biases. `columns` must be a multiple of `groupSize`.
 */
export function quantize(
  weight: Tensor,
  groupSize: number,
  bits: number,
): [packed: Tensor, scales: Tensor, biases: Tensor];
export function quantize(
  weight: Tensor,
  groupSize: number,
  bits: number,
  mode: QuantizationMode,
): PackedParts;
export function quantize(
  weight: Tensor,
  groupSize: number,
  bits: number,
  mode: QuantizationMode = "affine",
): PackedParts {
  return wrapAll(binding().quantize(weight.handle, groupSize, bits, mode)) as PackedParts;
}

/** What was packed, to within half a step of its group, in `dtype`. */
export function dequantize(
  packed: Tensor,
  scales: Tensor,
  biases: Tensor | null,
  options: Packing & { dtype?: "float32" | "float16" | "bfloat16" },
): Tensor {
  const { groupSize, bits, dtype = biases === null ? "bfloat16" : scales.dtype } = options;
  const [weight, shared, shift] = [packed.handle, scales.handle, handleOrNull(biases)];
  return new Tensor(
    binding().dequantize(weight, shared, shift, groupSize, bits, modeOf(options), dtype),
  );
}

/** x · W, or x · Wᵀ with `transpose` (W (out, in), as layers hold it). Has a gradient for x, scales and biases. */
export function quantizedMatmul(
  x: Tensor,
  packed: Tensor,
  scales: Tensor,
  biases: Tensor | null,
  options: Packing & { transpose: boolean },
): Tensor {
  const { transpose, groupSize, bits } = options;
  const [weight, shared, shift] = [packed.handle, scales.handle, handleOrNull(biases)];
  return new Tensor(
    binding().quantizedMatmul(
      x.handle,
      weight,
      shared,
      shift,
      transpose,
      groupSize,
      bits,
      modeOf(options),
    ),
  );
}

export interface GatherOptions extends Packing {
  transpose: boolean;
  /** Which matrices of x and of the weights go together, as for `gatherMm`; null means each in turn. */
  lhsIndices: Tensor | null;
  rhsIndices: Tensor | null;
  sorted?: boolean;
}

/** `gatherMm` with packed weights (…, out, in): what experts compute. Has a gradient for x, scales and biases. */
export function gatherQmm(
  x: Tensor,
  packed: Tensor,
  scales: Tensor,
  biases: Tensor | null,
  options: GatherOptions,
): Tensor {
  const { transpose, groupSize, bits, sorted = false } = options;
  return new Tensor(
    binding().gatherQmm(
      x.handle,
      packed.handle,
      scales.handle,
      handleOrNull(biases),
      handleOrNull(options.lhsIndices),
      handleOrNull(options.rhsIndices),
      transpose,
      groupSize,
      bits,
      modeOf(options),
      sorted,
    ),
  );
}
