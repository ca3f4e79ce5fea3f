// Positions told by scores alone: each head takes off so much for each token between query and key (Press et al. 2022).
// Added by keys' positions: what is the same for all keys of a query changes no softmax.
import { float32, type Tensor } from "../../mx/index.ts";

const powersOf = (slope: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => slope ** (at + 1));

/** A slope for each head: powers of 2^(−8/heads), and where heads are no power of two some from between. */
export function alibiSlopes(heads: number): number[] {
  const even = 2 ** Math.floor(Math.log2(heads));
  const between = powersOf(2 ** (-4 / even), 2 * (heads - even)).filter((_, at) => at % 2 === 0);
  return [...powersOf(2 ** (-8 / even), even), ...between];
}

export interface AlibiOptions {
  heads: number;
  /** Factor on what is added; default 1. */
  scale?: number;
  /** Products are rounded to bfloat16. */
  isRounded?: boolean;
}

/** positions (keys) or (batch, keys) → (batch or 1, heads, keys). */
export function alibi({ heads, scale = 1, isRounded = false }: AlibiOptions) {
  const dtype = isRounded ? "bfloat16" : "float32";
  return (positions: Tensor): Tensor => {
    const slopes = float32(alibiSlopes(heads), [heads, 1]).astype(dtype);
    const rows = positions.ndim === 1 ? positions.expandDims(0) : positions;
    const added = slopes.mul(rows.expandDims(1).astype(dtype)).astype("float32");
    return scale === 1 ? added : added.mul(scale);
  };
}
