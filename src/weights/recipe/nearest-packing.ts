// Packing in mode affine by the nearer of two fits, group by group: MLX's own, which represents zero exactly, and one
// from the least weight to the largest. The second gives back what other programs packed between those two (GGUF's
// Q4_1 in groups of 32) without loss. What is packed reads like anything that MLX packed.
import {
  concatenate,
  dequantize,
  evaluate,
  modeOf,
  type PackedParts,
  type Packing,
  quantize,
  retain,
  scope,
  tensor,
  type Tensor,
  where,
} from "../../mx/index.ts";

/** Numbers that are packed at a time: the fits need some twenty times their memory, 4 MB, which caches hold. */
const atOnce = 2 ** 16;

interface Fit {
  /** (groups, words). */
  words: Tensor;
  /** (groups, 1). */
  scales: Tensor;
  biases: Tensor;
  /** (groups, 1): squared differences. */
  error: Tensor;
}

const errorOf = (weights: Tensor, found: Tensor): Tensor => {
  const difference = found.sub(weights);
  return difference.mul(difference).sum(-1, true);
};

/** Whole numbers (groups, count) below 2^bits as words (groups, count · bits / 32), the first lowest. */
function wordsOf(numbers: Tensor, bits: number): Tensor {
  const perWord = 32 / bits;
  const places = Uint32Array.from({ length: perWord }, (_, at) => 2 ** (at * bits));
  const [groups = 0, count = 0] = numbers.shape;
  const apart = numbers.astype("uint32").reshape(groups, count / perWord, perWord);
  return apart.mul(tensor(places, [perWord], "uint32")).sum(-1);
}

/** From the least of each group to its largest; scale and bias as they are kept, in `dtype`. */
function betweenEnds(weights: Tensor, bits: number, dtype: Tensor["dtype"]): Fit {
  const steps = 2 ** bits - 1;
  const least = weights.min(-1, true);
  const biases = least.astype(dtype);
  const scales = weights.max(-1, true).sub(least).div(steps).astype(dtype);
  const [scale, bias] = [scales, biases].map((part) => part.astype("float32")) as [Tensor, Tensor];
  // A group of equal weights has no step.
  const step = where(scale.equal(0), scale.add(1), scale);
  const numbers = weights.sub(bias).div(step).round().maximum(0).minimum(steps);
  const error = errorOf(weights, numbers.mul(scale).add(bias));
  return { words: wordsOf(numbers, bits), scales, biases, error };
}

function mlxFit(weights: Tensor, { groupSize, bits }: Packing, dtype: Tensor["dtype"]): Fit {
  const [words, scales, biases] = quantize(weights.astype(dtype), groupSize, bits);
  const found = dequantize(words, scales, biases, { groupSize, bits, dtype: "float32" });
  return { words, scales, biases, error: errorOf(weights, found) };
}

/** Of a matrix (rows, columns) of whole groups. */
function packRows(rows: Tensor, packing: Packing): Tensor[] {
  const weights = rows.astype("float32").reshape(-1, packing.groupSize);
  const fits = [
    mlxFit(weights, packing, rows.dtype),
    betweenEnds(weights, packing.bits, rows.dtype),
  ];
  const [own, other] = fits as [Fit, Fit];
  const isOther = other.error.less(own.error);
  const parts = (["words", "scales", "biases"] as const).map((part) =>
    where(isOther, other[part], own[part]).reshape(rows.dim(0), -1),
  );
  evaluate(parts);
  return parts;
}

/** Words of 32 bits hold whole numbers of these widths, so that they can be put together here. */
const isBothFits = (packing: Packing): boolean =>
  modeOf(packing) === "affine" && 32 % packing.bits === 0;

/** Packs a matrix, or a stack of them, along its rows. */
export type PackMatrix = (weight: Tensor, packing: Packing) => PackedParts;

/** MLX's own packing. */
export const packAsMlx: PackMatrix = (weight, packing) =>
  quantize(weight, packing.groupSize, packing.bits, modeOf(packing));

/** As `quantize` packs, but nearer to the weights where that can be. Evaluates, some rows at a time. */
export function packNearest(weight: Tensor, packing: Packing): PackedParts {
  if (weight.ndim !== 2 || !isBothFits(packing)) return packAsMlx(weight, packing);
  const [rows = 0, columns = 1] = weight.shape;
  const some = Math.max(1, Math.floor(atOnce / columns));
  const pieces: Tensor[][] = [];
  for (let first = 0; first < rows; first += some) {
    const count = Math.min(some, rows - first);
    pieces.push(scope(() => retain(packRows(weight.narrow(0, first, first + count), packing))));
  }
  const joined = [0, 1, 2].map((part) =>
    concatenate(
      pieces.map((piece) => piece[part] as Tensor),
      0,
    ),
  );
  evaluate(joined);
  for (const piece of pieces) for (const tensor of piece) tensor.dispose();
  return joined as PackedParts;
}
