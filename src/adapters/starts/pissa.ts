// PiSSA (Meng et al. 2024): an adapter begins as the principal part of its matrix, and training moves that part.
import { principalPart } from "./principal-part.ts";
import type { FactorStart } from "./start.ts";

export const pissa: FactorStart = {
  about: "principal singular vectors of each matrix",
  /** A = U·√(Σ/scale), B = √(Σ/scale)·Vᵀ. */
  factors: (matrix, rank, scale, key) => {
    const { left, values, right } = principalPart(matrix.astype("float32"), rank, key);
    const root = values.div(scale).sqrt();
    return { a: left.mul(root), b: right.mul(root).transpose() };
  },
};
