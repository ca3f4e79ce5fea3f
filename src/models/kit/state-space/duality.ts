// Mamba-2's recurrence h ← exp(step·rate)·h + step·x·Bᵀ, y = h·C, as products of matrices, chunk by chunk (state space
// duality, Dao & Gu 2024): neither time nor memory is spent token by token.
// Knows no projection, no convolution and no cache: the mixer around it does.
import { arange, checkpoint, concatenate, type Tensor, where, zeros } from "../../../mx/index.ts";

export interface DualityInputs {
  /** (batch, length, heads, size). */
  x: Tensor;
  /** (batch, length, heads), not below zero; a step of 0 leaves the state alone. */
  steps: Tensor;
  /** (heads), below zero. */
  rates: Tensor;
  /** B: (batch, length, groups, state size); heads that follow each other share a group. */
  writes: Tensor;
  /** C: likewise. */
  reads: Tensor;
  /** (batch, length) int32, another number where another text begins; its state begins as zero. */
  runs?: Tensor | undefined;
  /** (batch, heads, size, state size) before the first token; absent: zero. */
  state?: Tensor | undefined;
}

export interface DualityOutputs {
  /** As x. */
  y: Tensor;
  /** After the last token; of no meaning where there are runs. */
  state: Tensor;
}

/** Tokens that meet in one product: at the usual sizes about as much work as what goes on between chunks. */
const longestChunk = 64;

/** How the tokens of one pass lie: `heads` = groups · shared. */
interface Layout {
  batch: number;
  chunks: number;
  /** Tokens of a chunk. */
  length: number;
  groups: number;
  shared: number;
}

type Given = DualityInputs & { state: Tensor };

function zeroState({ x, writes }: DualityInputs): Tensor {
  const [batch = 1, , heads = 1, size = 1] = x.shape;
  return zeros([batch, heads, size, writes.dim(3)], x.dtype);
}

/** All in one dtype, float32. What chunks compute is computed again in the backward pass: inputs alone are kept. */
export function stateSpaceDuality(inputs: DualityInputs): DualityOutputs {
  const { x, steps, rates, writes, reads, runs, state = zeroState(inputs) } = inputs;
  if (x.dim(1) === 1) return oneToken({ x, steps, rates, writes, reads, state });
  const given = [x, steps, rates, writes, reads, state];
  const [y, after] = checkpoint(
    (tensors) => chunkwise(named(tensors)),
    runs === undefined ? given : [...given, runs],
  );
  return { y: y as Tensor, state: after as Tensor };
}

function named(tensors: readonly Tensor[]): Given {
  const [x, steps, rates, writes, reads, state, runs] = tensors as [
    ...[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor],
    Tensor | undefined,
  ];
  return { x, steps, rates, writes, reads, state, runs };
}

/** The recurrence as it is written. */
function oneToken({ x, steps, rates, writes, reads, state }: Given): DualityOutputs {
  const [batch = 1, , heads = 1, size = 1] = x.shape;
  const groups = writes.dim(2);
  const perHead = (t: Tensor): Tensor =>
    t
      .squeeze(1)
      .repeat(heads / groups, 1)
      .expandDims(2);
  const decay = steps.mul(rates).exp().reshape(batch, heads, 1, 1);
  const entering = x.mul(steps.expandDims(3)).reshape(batch, heads, size, 1);
  const after = state.mul(decay).add(entering.mul(perHead(writes)));
  const y = after.matmul(perHead(reads).swapaxes(2, 3));
  return { y: y.reshape(batch, 1, heads, size), state: after };
}

/** (batch, length, …) → (batch, chunks, tokens of a chunk, …), zeros behind the last token. */
function inChunks(tensor: Tensor, { batch, chunks, length }: Layout): Tensor {
  const [, have = 1, ...rest] = tensor.shape;
  const missing = chunks * length - have;
  const behind = tensor.shape.map((_, axis) => (axis === 1 ? missing : 0));
  const none = tensor.shape.map(() => 0);
  const whole = missing === 0 ? tensor : tensor.pad(none, behind);
  return whole.reshape(batch, chunks, length, ...rest);
}

function layoutOf({ x, writes }: Given): Layout {
  const [batch = 1, tokens = 1, heads = 1] = x.shape;
  const groups = writes.dim(2);
  const length = Math.min(longestChunk, tokens);
  const chunks = Math.ceil(tokens / length);
  return { batch, chunks, length, groups, shared: heads / groups };
}

/** Numbers for each token and head that are there at once while gradients pass; fitted to measured peaks. */
export function dualityWork(size: number, stateSize: number): number {
  const [ofPairs, ofValues, ofStates] = [20, 10, 4];
  return ofPairs * longestChunk + ofValues * size + (ofStates * size * stateSize) / longestChunk;
}

interface Decays {
  /** From a token to a later one of its chunk, (batch, chunks, groups, shared, tokens, tokens); to no other. */
  within: Tensor;
  /** From the chunk before to each token, and from each token to the chunk's end: (batch, chunks, tokens, groups, shared). */
  fromBefore: Tensor;
  toEnd: Tensor;
  /** Through the whole chunk, (batch, chunks, groups, shared). */
  through: Tensor;
}

/** Which tokens of a chunk are of one text, the one at its end, and the one at the end of the chunk before. */
function texts(runs: Tensor, { batch, chunks, length }: Layout) {
  const last = runs.narrow(2, length - 1, length);
  const first = runs.narrow(1, 0, 1).narrow(2, 0, 1);
  const before = concatenate([first, last.narrow(1, 0, chunks - 1)], 1);
  const flags = (equal: Tensor): Tensor => equal.astype("float32");
  return {
    same: runs.expandDims(3).equal(runs.expandDims(2)).expandDims(2, 3),
    asBefore: flags(runs.equal(before)).reshape(batch, chunks, length, 1, 1),
    asLast: flags(runs.equal(last)).reshape(batch, chunks, length, 1, 1),
    isOne: flags(last.equal(before)).reshape(batch, chunks, 1, 1),
  };
}

function decays(steps: Tensor, rates: Tensor, runs: Tensor | undefined, layout: Layout): Decays {
  const { batch, chunks, length, groups, shared } = layout;
  const falls = steps.mul(rates).reshape(batch, chunks, length, groups, shared);
  const tokens = arange(0, length);
  const [to, from] = [tokens.expandDims(1), tokens.expandDims(0)];
  // summed from each token on: a difference of two sums from the chunk's beginning would be less exact
  const spans = where(to.greater(from), falls.transpose(0, 1, 3, 4, 2).expandDims(5), 0).cumsum(4);
  // what is not seen is left out before the exponential
  const masked = (seen: Tensor): Tensor => where(seen, spans, Number.NEGATIVE_INFINITY).exp();
  const fromBefore = falls.cumsum(2).exp();
  const toEnd = spans
    .narrow(4, length - 1, length)
    .squeeze(4)
    .exp()
    .transpose(0, 1, 4, 2, 3);
  const through = fromBefore.narrow(2, length - 1, length).squeeze(2);
  const earlier = to.greaterEqual(from);
  if (runs === undefined) return { within: masked(earlier), fromBefore, toEnd, through };
  const { same, asBefore, asLast, isOne } = texts(inChunks(runs, layout), layout);
  return {
    within: masked(earlier.logicalAnd(same)),
    fromBefore: fromBefore.mul(asBefore),
    toEnd: toEnd.mul(asLast),
    through: through.mul(isOne),
  };
}

/** States before each chunk, (batch, chunks, groups, shared, size, state size), and the one after the last. */
function carried(first: Tensor, brought: Tensor, through: Tensor): [before: Tensor, after: Tensor] {
  const chunks = brought.dim(1);
  const factors = through.expandDims(4, 5).split(chunks, 1);
  const states: Tensor[] = [];
  let state = first;
  for (const [at, added] of brought.split(chunks, 1).entries()) {
    states.push(state);
    state = state.mul(factors[at] as Tensor).add(added);
  }
  return [concatenate(states, 1), state];
}

function chunkwise(given: Given): [y: Tensor, state: Tensor] {
  const layout = layoutOf(given);
  const { batch, chunks, length, groups, shared } = layout;
  const [, tokens = 1, heads = 1, size = 1] = given.x.shape;
  const states = given.writes.dim(3);
  const steps = inChunks(given.steps, layout);
  const decay = decays(steps, given.rates, given.runs, layout);
  const entering = inChunks(given.x, layout)
    .mul(steps.expandDims(4))
    .reshape(batch, chunks, length, groups, shared, size);
  const [writes, reads] = [given.writes, given.reads].map((matrix) =>
    inChunks(matrix, layout).transpose(0, 1, 3, 2, 4),
  ) as [Tensor, Tensor];

  const scores = reads.matmul(writes.swapaxes(3, 4)).expandDims(3).mul(decay.within);
  const within = scores.matmul(entering.transpose(0, 1, 3, 4, 2, 5)).transpose(0, 1, 4, 2, 3, 5);

  const wide = (t: Tensor): Tensor =>
    t.transpose(0, 1, 3, 2, 4, 5).reshape(batch, chunks, groups, length, shared * size);
  const kept = wide(entering.mul(decay.toEnd.expandDims(5)));
  const brought = kept
    .swapaxes(3, 4)
    .matmul(writes)
    .reshape(batch, chunks, groups, shared, size, states);
  const first = given.state.reshape(batch, 1, groups, shared, size, states);
  const [before, after] = carried(first, brought, decay.through);
  const across = reads
    .matmul(before.reshape(batch, chunks, groups, shared * size, states).swapaxes(3, 4))
    .reshape(batch, chunks, groups, length, shared, size)
    .transpose(0, 1, 3, 2, 4, 5)
    .mul(decay.fromBefore.expandDims(5));

  const y = within.add(across).reshape(batch, chunks * length, heads, size);
  return [y.narrow(1, 0, tokens), after.reshape(batch, heads, size, states)];
}
