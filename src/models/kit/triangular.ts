// The inverse of a triangular matrix with ones on its diagonal, made of products alone, which are there on every device.
// Found from its quarters: sums of powers of the matrix would be shorter, but cancel each other out.
import { arange, concatenate, customVjp, stack, type Tensor, where } from "../../mx/index.ts";

/** Matrices up to this size are inverted as a whole: smaller ones are too many products. */
const wholeSize = 16;

/**
 * (1 + lower)⁻¹ of lower (…, size, size), zero on the diagonal and above; size is a power of two. The gradient is that of
 * any matrix: what falls on the zeros is the caller's to leave out.
 */
export function unitLowerInverse(lower: Tensor): Tensor {
  const [inverse] = customVjp(
    ([matrix]) => [inverseOf(matrix as Tensor)],
    (_, [slopes], [found]) => {
      const turned = (found as Tensor).swapaxes(-1, -2);
      return [
        turned
          .matmul(slopes as Tensor)
          .matmul(turned)
          .neg(),
      ];
    },
    [lower],
  );
  return inverse as Tensor;
}

/** [[A, 0], [C, B]]⁻¹ = [[A⁻¹, 0], [−B⁻¹·C·A⁻¹, B⁻¹]]. */
function inverseOf(lower: Tensor): Tensor {
  if (lower.dim(-1) <= wholeSize) return inverseByDoubling(lower);
  const [above, below] = lower.split(2, -2) as [Tensor, Tensor];
  const [first] = above.split(2, -1) as [Tensor];
  const [corner, second] = below.split(2, -1) as [Tensor, Tensor];
  const inverses = inverseOf(stack([first, second])).split(2, 0);
  const [a, b] = inverses.map((one) => one.squeeze(0)) as [Tensor, Tensor];
  const joint = b.matmul(corner).matmul(a).neg();
  const upper = concatenate([a, joint.mul(0)], -1);
  return concatenate([upper, concatenate([joint, b], -1)], -2);
}

/** The same for all blocks of a size at once: from the inverse of blocks, that of blocks twice as large. */
function inverseByDoubling(lower: Tensor): Tensor {
  const size = lower.dim(-1);
  const [rows, columns] = [arange(0, size).expandDims(1), arange(0, size).expandDims(0)];
  const isTogether = (block: number): Tensor =>
    rows.floorDivide(block).equal(columns.floorDivide(block));
  let inverse = isTogether(1).astype(lower.dtype);
  for (let block = 1; block < size; block *= 2) {
    const isCorner = isTogether(2 * block).logicalAnd(isTogether(block).logicalNot());
    const corners = where(isCorner, lower, 0);
    inverse = inverse.sub(block === 1 ? corners : inverse.matmul(corners).matmul(inverse));
  }
  return inverse;
}
