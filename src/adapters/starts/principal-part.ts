// The largest singular values of a matrix and their vectors. Exact for small matrices; for others by subspace iteration
// (Halko et al. 2011), which takes products instead of a decomposition of the whole.
import { eigh, normal, qr, type Tensor } from "../../mx/index.ts";

export interface PrincipalPart {
  /** (rows, rank), orthonormal columns. */
  left: Tensor;
  /** (rank), descending. */
  values: Tensor;
  /** (columns, rank), orthonormal columns. */
  right: Tensor;
}

/** Up to this length of the shorter side a decomposition takes a tenth of a second at most. */
const exactSize = 256;
/** Directions kept beside those wanted, and rounds: what is left of the others shrinks with each. */
const extraDirections = 16;
const rounds = 8;

/** Of a float32 matrix (rows, columns); `rank` at most the length of its shorter side. */
export function principalPart(matrix: Tensor, rank: number, key: Tensor): PrincipalPart {
  const [rows, columns] = [matrix.dim(0), matrix.dim(1)];
  if (rows > columns) {
    const { left, values, right } = principalPart(matrix.transpose(), rank, key);
    return { left: right, values, right: left };
  }
  const directions = rank + extraDirections;
  if (rows <= Math.max(exactSize, directions)) return ofWide(matrix, rank);
  const basis = principalSpace(matrix, directions, key);
  const { left, values, right } = ofWide(basis.transpose().matmul(matrix), rank);
  return { left: basis.matmul(left), values, right };
}

/** Of a matrix with few rows: from the eigenvectors of M·Mᵀ. */
function ofWide(matrix: Tensor, rank: number): PrincipalPart {
  const [squares, vectors] = eigh(matrix.matmul(matrix.transpose()));
  // ascending: the largest are last
  const order = squares.neg().argsort(0).narrow(0, 0, rank);
  const values = squares.take(order, 0).maximum(0).sqrt();
  const left = vectors.take(order, 1);
  const right = matrix.transpose().matmul(left).div(values.maximum(1e-30));
  return { left, values, right };
}

/** Orthonormal columns that nearly span the largest `count` left singular vectors. */
function principalSpace(matrix: Tensor, count: number, key: Tensor): Tensor {
  const transposed = matrix.transpose();
  const random = normal(0, 1, [matrix.dim(1), count], key);
  let [basis] = qr(matrix.matmul(random));
  for (let round = 0; round < rounds; round++) {
    const [other] = qr(transposed.matmul(basis));
    [basis] = qr(matrix.matmul(other));
  }
  return basis;
}
