// What low-rank adapters compute beyond plain operations: norms of an updated matrix that is never formed, products scaled
// by learned magnitudes, and the decompositions that adapters start from. No policy; layers are src/adapters'.
import { binding } from "./loader.ts";
import { Tensor, wrapAll } from "./tensor.ts";

export interface LowRankUpdate {
  /** (in, rank) */
  a: Tensor;
  /** (rank, out) */
  b: Tensor;
  scale: number;
}

/**
 * Norm of each row of W + scale·(A·B)ᵀ, (out) in float32, without gradient. `squares` (out) are those of W's rows,
 * `products` (rank, out) = Aᵀ·Wᵀ. A row of zeros has a tiny norm instead of none.
 */
export function updatedNorm(squares: Tensor, products: Tensor, update: LowRankUpdate): Tensor {
  const { a, b, scale } = update;
  return new Tensor(
    binding().updatedNorm(squares.handle, products.handle, a.handle, b.handle, scale),
  );
}

export interface DoraOperands {
  /** x·A (…, rank) */
  narrow: Tensor;
  /** (rank, out) */
  b: Tensor;
  scale: number;
  /** (out) */
  magnitude: Tensor;
  /** (out), taken as a constant. */
  norm: Tensor;
}

/** magnitude / norm · (base + scale·narrow·B) (Liu et al. 2024). base (…, out) = x·Wᵀ. */
export function doraSum(base: Tensor, { narrow, b, scale, magnitude, norm }: DoraOperands): Tensor {
  return new Tensor(
    binding().doraSum(base.handle, narrow.handle, b.handle, magnitude.handle, norm.handle, scale),
  );
}

/** a = Q·R of a tall float32 matrix: Q (rows, columns) has orthonormal columns. On the CPU, without gradient. */
export function qr(a: Tensor): [q: Tensor, r: Tensor] {
  return wrapAll(binding().qr(a.handle)) as [Tensor, Tensor];
}

/** Ascending eigenvalues (n), and eigenvectors as columns (n, n), of a symmetric float32 matrix. On the CPU. */
export function eigh(a: Tensor): [values: Tensor, vectors: Tensor] {
  return wrapAll(binding().eigh(a.handle)) as [Tensor, Tensor];
}
