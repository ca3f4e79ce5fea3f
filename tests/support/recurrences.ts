// Mamba's recurrences as they are written, one token after the other: what the chunked forms must equal, and what
// `make bench` measures them against. Slices of the whole inputs, as mlx-lm trains them.
import type { DualityInputs, ScanInputs } from "../../src/models/kit/index.ts";
import { stack, type Tensor, zeros } from "../../src/mx/index.ts";

const at = (tensor: Tensor, token: number): Tensor => tensor.narrow(1, token, token + 1).squeeze(1);

/** Mamba-2's; runs are not looked at. */
export function dualityByToken(inputs: DualityInputs): { y: Tensor; state: Tensor } {
  const { x, steps, rates, writes, reads } = inputs;
  const [batch = 1, length = 1, heads = 1, size = 1] = x.shape;
  const each = heads / writes.dim(2);
  const perHead = (tensor: Tensor, token: number): Tensor => at(tensor, token).repeat(each, 1);
  let state = inputs.state ?? zeros([batch, heads, size, writes.dim(3)]);
  const ys: Tensor[] = [];
  for (let token = 0; token < length; token++) {
    const step = at(steps, token);
    const added = at(x, token).mul(step.expandDims(2)).expandDims(3);
    const decay = step.mul(rates).exp().expandDims(2, 3);
    state = state.mul(decay).add(added.mul(perHead(writes, token).expandDims(2)));
    ys.push(state.matmul(perHead(reads, token).expandDims(3)).squeeze(3));
  }
  return { y: stack(ys, 1), state };
}

/** Mamba-1's; runs are not looked at. */
export function scanByToken(inputs: ScanInputs): { y: Tensor; state: Tensor } {
  const { x, steps, rates, writes, reads } = inputs;
  const [batch = 1, length = 1, channels = 1] = x.shape;
  let state = inputs.state ?? zeros([batch, channels, rates.dim(1)]);
  const ys: Tensor[] = [];
  for (let token = 0; token < length; token++) {
    const step = at(steps, token);
    const added = at(x, token).mul(step).expandDims(2).mul(at(writes, token).expandDims(1));
    state = state.mul(step.expandDims(2).mul(rates).exp()).add(added);
    ys.push(state.matmul(at(reads, token).expandDims(2)).squeeze(2));
  }
  return { y: stack(ys, 1), state };
}
