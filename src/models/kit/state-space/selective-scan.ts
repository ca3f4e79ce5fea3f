// Mamba-1's recurrence h ← exp(step·rate)·h + step·x·B, y = h·C (Gu & Dao 2023). Each channel decays at rates of its own,
// so there is no product of matrices to it: a kernel scans it on the CPU, and elsewhere it is composed of other operations,
// in chunks. Either way the backward pass computes most states again. Knows no projection, no convolution and no cache:
// the mixer around it does.
import {
  checkpoint,
  concatenate,
  customVjp,
  fusedScan,
  type ScanOperands,
  type Tensor,
  zeros,
} from "../../../mx/index.ts";

export interface ScanInputs extends Omit<ScanOperands, "state"> {
  /** Absent: zero. */
  state?: Tensor | undefined;
}

export interface ScanOutputs {
  /** As x. */
  y: Tensor;
  /** After the last token. */
  state: Tensor;
}

/** Tokens whose states are there at once. */
const chunkLength = 64;

const oneByOne = (tensor: Tensor): Tensor[] => tensor.split(tensor.dim(1), 1);

/** Each state from the one before: factor · state + added. */
function followed(factors: readonly Tensor[], added: readonly Tensor[], first: Tensor): Tensor[] {
  let state = first;
  return factors.map((factor, at) => (state = state.mul(factor).add(added[at] as Tensor)));
}

/** Gradients of `scanned`: those of the states follow each other too, from the last to the first. */
function scanGradients(inputs: Tensor[], cotangents: Tensor[], outputs: Tensor[]): Tensor[] {
  const [factors, , first] = inputs as [Tensor, Tensor, Tensor];
  const [[slopes], [states]] = [cotangents, outputs] as [[Tensor], [Tensor]];
  const own = oneByOne(factors);
  const given = oneByOne(slopes).reverse();
  const [last, ...earlier] = given as [Tensor, ...Tensor[]];
  const through = concatenate(
    [last, ...followed(own.slice(1).reverse(), earlier, last)].reverse(),
    1,
  );
  const before = concatenate([first, states.narrow(1, 0, states.dim(1) - 1)], 1);
  const atStart = through.narrow(1, 0, 1).mul(own[0] as Tensor);
  return [through.mul(before), through, atStart];
}

/** States (batch, length, …) from factors and what is added, as long; the first (batch, 1, …). */
function scanned(factors: Tensor, added: Tensor, first: Tensor): Tensor {
  const [states] = customVjp(
    ([factors, added, first]) => [
      concatenate(
        followed(oneByOne(factors as Tensor), oneByOne(added as Tensor), first as Tensor),
        1,
      ),
    ],
    scanGradients,
    [factors, added, first],
  );
  return states as Tensor;
}

/** One chunk: what is read, and the state after it, (batch, 1, channels, state size). */
function scanChunk(tensors: Tensor[]): Tensor[] {
  const [x, steps, writes, reads, rates, first, kept] = tensors as [
    ...[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor],
    Tensor | undefined,
  ];
  const decays = steps.expandDims(3).mul(rates).exp();
  const factors = kept === undefined ? decays : decays.mul(kept.expandDims(2, 3));
  const states = scanned(factors, x.mul(steps).expandDims(3).mul(writes.expandDims(2)), first);
  const y = states.matmul(reads.expandDims(3)).squeeze(3);
  return [y, states.narrow(1, states.dim(1) - 1, states.dim(1))];
}

/** (batch, length): 0 where a text begins behind another, else 1. */
function goesOn(runs: Tensor): Tensor {
  const length = runs.dim(1);
  const before = concatenate([runs.narrow(1, 0, 1), runs.narrow(1, 0, length - 1)], 1);
  return runs.equal(before).astype("float32");
}

function zeroState({ x, rates }: ScanInputs): Tensor {
  const [batch = 1, , channels = 1] = x.shape;
  return zeros([batch, channels, rates.dim(1)], x.dtype);
}

/** All in one dtype, float32. */
export function selectiveScan(inputs: ScanInputs): ScanOutputs {
  const given = { ...inputs, state: inputs.state ?? zeroState(inputs) };
  const fused = fusedScan(given);
  return fused === undefined ? scanInChunks(given) : { y: fused[0], state: fused[1] };
}

/** The same wherever and in whatever dtype. */
export function scanInChunks(operands: ScanOperands): ScanOutputs {
  const { x, steps, rates, writes, reads, runs, state } = operands;
  const kept = runs === undefined ? undefined : goesOn(runs);
  const length = x.dim(1);
  const ends = Array.from(
    { length: Math.ceil(length / chunkLength) - 1 },
    (_, at) => (at + 1) * chunkLength,
  );
  const [xs, sizes, ins, outs, marks] = [x, steps, writes, reads, kept].map((whole) =>
    whole?.splitAt(ends, 1),
  );
  let last = state.expandDims(1);
  const parts = (xs as Tensor[]).map((part, at) => {
    const mark = marks?.[at];
    const given = [part, sizes?.[at], ins?.[at], outs?.[at], rates, last] as Tensor[];
    const [y, after] = checkpoint(scanChunk, mark === undefined ? given : [...given, mark]);
    last = after as Tensor;
    return y as Tensor;
  });
  return { y: concatenate(parts, 1), state: last.squeeze(1) };
}
