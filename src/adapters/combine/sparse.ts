// Numbers left out before adapters are added up: the small ones (TIES, Yadav et al. 2023), or some by chance, the others
// made larger for it (DARE, Yu et al. 2024). And sums of those that agree in sign with most.
import { bernoulli, stack, type Tensor } from "../../mx/index.ts";

/** The largest of them by absolute value, so large a share; the others become 0. */
export function largest(tensor: Tensor, density: number): Tensor {
  const count = tensor.size;
  const kept = Math.floor(density * count);
  if (density >= 1) return tensor;
  if (kept === 0) return tensor.mul(0);
  const sizes = tensor.abs();
  const bound = sizes
    .reshape(-1)
    .sort(0)
    .narrow(0, count - kept, count - kept + 1);
  return tensor.mul(sizes.greaterEqual(bound).astype(tensor.dtype));
}

/** Each kept with this probability, and divided by it. */
export function drawn(tensor: Tensor, density: number, key: Tensor): Tensor {
  if (density >= 1) return tensor;
  const mask = bernoulli(density, tensor.shape, key).astype(tensor.dtype);
  return tensor.mul(mask).mul(1 / density);
}

export function weightedSum(tensors: readonly Tensor[], weights: readonly number[]): Tensor {
  const parts = tensors.map((tensor, at) => tensor.mul(weights[at] ?? 0));
  return parts.reduce((sum, part) => sum.add(part));
}

/** Where the sum of all has one sign, the mean of the weighted ones that have it too. */
export function agreeingMean(tensors: readonly Tensor[], weights: readonly number[]): Tensor {
  const all = stack(tensors, 0);
  const most = all.sum(0).greaterEqual(0).astype("float32").mul(2).sub(1);
  const agrees = all.sign().equal(most).astype("float32");
  const weighted = stack(
    tensors.map((tensor, at) => tensor.mul(weights[at] ?? 0)),
    0,
  );
  return weighted.mul(agrees).sum(0).div(agrees.sum(0).maximum(1));
}
