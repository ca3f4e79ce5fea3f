// Factors of low-rank updates brought into another shape: of a higher rank, at another scale. As mlx-lm lays them out:
// A (in, rank), B (rank, out), or of stacks (experts, rank, in), (experts, out, rank).
import { type Tensor, zeros } from "../../mx/index.ts";
import { concatenate } from "../../mx/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";

type Parts = Readonly<Record<string, Tensor>>;

/** Zeros behind the others along an axis. */
export function widened(tensor: Tensor, axis: number, length: number): Tensor {
  const more = length - tensor.dim(axis);
  if (more === 0) return tensor;
  const shape = tensor.shape.map((old, at) => (at === axis ? more : old));
  return concatenate([tensor, zeros(shape).astype(tensor.dtype)], axis);
}

/** The same update in factors of `to`'s rank, to be multiplied by its scale; as they are where nothing changes. */
export function atRank(parts: Parts, from: AdapterShape, to: AdapterShape): Record<string, Tensor> {
  const { lora_a: a, lora_b: b, ...rest } = parts;
  if (a === undefined || b === undefined) return { ...parts };
  const scaled = from.scale === to.scale ? b : b.mul(from.scale / to.scale).astype(b.dtype);
  return {
    lora_a: widened(a, 1, to.rank),
    lora_b: widened(scaled, b.ndim === 3 ? 2 : 0, to.rank),
    ...rest,
  };
}
