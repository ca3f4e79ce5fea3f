// The gated delta rule (Yang et al. 2024, "Gated Delta Networks"): a state that fades, and that each token corrects where
// it is wrong about the token's value. Token by token for decoding, in chunks as products of matrices for longer texts.
// Only the rule: where its inputs come from is gated-delta-layer.ts's.
import { arange, concatenate, stack, type Tensor, where, zeros } from "../../mx/index.ts";
import { unitLowerInverse } from "./triangular.ts";

export interface DeltaInputs {
  /** (batch, heads, length, key size), with the factor on what is read. */
  queries: Tensor;
  /** (batch, heads, length, key size), each of length 1. */
  keys: Tensor;
  /** (batch, heads, length, value size). */
  values: Tensor;
  /** (batch, heads, length): logarithm of the share of the state that stays, at most 0. */
  decay: Tensor;
  /** (batch, heads, length): the share of what is wrong that is corrected; with 0 a token writes nothing. */
  strength: Tensor;
  /** (batch, 1, length) booleans, false where a text begins and the state is forgotten; absent: nowhere. */
  follows?: Tensor | undefined;
}

export interface DeltaOutputs {
  /** (batch, heads, length, value size). */
  read: Tensor;
  /** After the last token: (batch, heads, key size, value size). */
  state: Tensor;
}

function emptyState({ keys, values }: DeltaInputs): Tensor {
  const [batch = 1, heads = 1, , keySize = 1] = keys.shape;
  return zeros([batch, heads, keySize, values.dim(3)], keys.dtype);
}

/** The parts of x along an axis, without it. */
function apart(x: Tensor, axis: number): Tensor[] {
  return x.split(x.dim(axis), axis).map((part) => part.squeeze(axis));
}

/** Lists of tensors read in step. */
function inStep<Key extends string>(lists: Record<Key, Tensor[]>): Record<Key, Tensor>[] {
  const names = Object.keys(lists) as Key[];
  const [first] = Object.values<Tensor[]>(lists);
  return (first ?? []).map(
    (_, at) =>
      Object.fromEntries(names.map((name) => [name, lists[name][at]])) as Record<Key, Tensor>,
  );
}

/** The share of the state that stays at each token, none where a text begins. */
function staying({ decay, follows }: DeltaInputs): Tensor {
  const share = decay.exp();
  return follows === undefined ? share : where(follows, share, 0);
}

/** The rule as it is written down, one token after the other. */
export function deltaByToken(inputs: DeltaInputs, before = emptyState(inputs)): DeltaOutputs {
  const tokens = inStep({
    query: inputs.queries.split(inputs.queries.dim(2), 2),
    key: inputs.keys.split(inputs.keys.dim(2), 2),
    value: inputs.values.split(inputs.values.dim(2), 2),
    strength: apart(inputs.strength.expandDims(3, 4), 2),
    stays: apart(staying(inputs).expandDims(3, 4), 2),
  });
  let state = before;
  const read = tokens.map(({ query, key, value, strength, stays }) => {
    const faded = state.mul(stays);
    const wrong = value.sub(key.matmul(faded)).mul(strength);
    state = faded.add(key.swapaxes(2, 3).matmul(wrong));
    return query.matmul(state);
  });
  return { read: concatenate(read, 2), state };
}

/** Tokens that one chunk's products are made of. */
const chunkSize = 64;

/** No more than there are, rounded up to a power of two. */
const chunkFor = (length: number): number => Math.min(chunkSize, 2 ** Math.ceil(Math.log2(length)));

/** (batch, heads, chunks, tokens, …) each, and 1 where a text begins. */
interface Chunks extends Omit<DeltaInputs, "follows"> {
  begins: Tensor | undefined;
}

/** What the last chunk lacks of tokens writes nothing and lets nothing fade. */
function inChunks({ follows, ...inputs }: DeltaInputs, size: number): Chunks {
  const cut = (x: Tensor): Tensor => {
    const [batch = 1, heads = 1, length = 1, ...rest] = x.shape;
    const count = Math.ceil(length / size);
    const none = x.shape.map(() => 0);
    const missing = count * size - length;
    const whole = missing === 0 ? x : x.pad(none, none.with(2, missing));
    return whole.reshape(batch, heads, count, size, ...rest);
  };
  return {
    queries: cut(inputs.queries),
    keys: cut(inputs.keys),
    values: cut(inputs.values),
    decay: cut(inputs.decay),
    strength: cut(inputs.strength),
    begins: follows && cut(follows.logicalNot().astype("int32")),
  };
}

/**
 * What is left at each token of the state before the chunk, (…, tokens, 1), and of what each token wrote,
 * (…, tokens, tokens). Logarithms are added up from each token on, as large sums less one another would be inexact. Of
 * other texts nothing is left, which no logarithm says.
 */
function fading({ decay, begins }: Chunks): { ofState: Tensor; ofTokens: Tensor } {
  const size = decay.dim(3);
  const text = begins?.cumsum(3);
  const isSame = text?.expandDims(4).equal(text.expandDims(3));
  const seen = isSame?.logicalAnd(notAbove(size)) ?? notAbove(size);
  const sinceStart = decay.cumsum(3).exp();
  const ofState = text === undefined ? sinceStart : where(text.equal(0), sinceStart, 0);
  const since = where(below(size), decay.expandDims(4), 0).cumsum(3);
  return {
    ofState: ofState.expandDims(4),
    ofTokens: where(seen, since, Number.NEGATIVE_INFINITY).exp(),
  };
}

/** Booleans (size, size), true on the diagonal and below. */
function notAbove(size: number): Tensor {
  return arange(0, size).expandDims(1).greaterEqual(arange(0, size).expandDims(0));
}

/** The same without the diagonal. */
function below(size: number): Tensor {
  return notAbove(size).swapaxes(0, 1).logicalNot();
}

/** What a chunk is to the state that comes to it, each (batch, heads, chunks, …). */
type ChunkProducts = Record<
  /** What its tokens write to an empty state, (…, tokens, value size). */
  | "written"
  /** What writing and then reading ask of the state, (…, 2·tokens, key size). */
  | "asked"
  /** What reading takes of what is written, (…, tokens, tokens). */
  | "own"
  /** Where it is written, as far as it outlasts the chunk, (…, tokens, key size). */
  | "places"
  /** The share of the state that outlasts the chunk, (…, 1, 1). */
  | "stays",
  Tensor
>;

function chunkProducts(chunks: Chunks): ChunkProducts {
  const { queries, keys, values } = chunks;
  const { ofState, ofTokens } = fading(chunks);
  const size = keys.dim(3);
  const strength = chunks.strength.expandDims(4);
  const overlap = keys.matmul(keys.swapaxes(3, 4)).mul(ofTokens).mul(strength);
  const solved = unitLowerInverse(where(below(size), overlap, 0));
  const known = solved.matmul(keys.mul(strength.mul(ofState)));
  return {
    written: solved.matmul(values.mul(strength)),
    asked: concatenate([known, queries.mul(ofState)], 3),
    own: queries.matmul(keys.swapaxes(3, 4)).mul(ofTokens),
    places: keys.mul(ofTokens.narrow(3, size - 1, size).swapaxes(3, 4)),
    stays: ofState.narrow(3, size - 1, size),
  };
}

/**
 * The same in chunks (Yang et al. 2024, section 3.3): what the tokens of a chunk write comes of the inverse of a
 * triangular matrix at once, and the state goes from chunk to chunk.
 */
export function deltaInChunks(inputs: DeltaInputs, before = emptyState(inputs)): DeltaOutputs {
  const [batch = 1, heads = 1, length = 1] = inputs.keys.shape;
  const { own, written, asked, places, stays } = chunkProducts(inChunks(inputs, chunkFor(length)));
  const chunks = inStep({
    written: apart(written, 2),
    asked: apart(asked, 2),
    places: apart(places.swapaxes(3, 4), 2),
    stays: apart(stays, 2),
  });
  let state = before;
  const steps = chunks.map((chunk) => {
    const [known, found] = chunk.asked.matmul(state).split(2, 2) as [Tensor, Tensor];
    const added = chunk.written.sub(known);
    state = state.mul(chunk.stays).add(chunk.places.matmul(added));
    return { found, added };
  });
  const added = stack(
    steps.map((step) => step.added),
    2,
  );
  const found = stack(
    steps.map((step) => step.found),
    2,
  );
  const read = found.add(own.matmul(added)).reshape(batch, heads, -1, inputs.values.dim(3));
  return { read: read.narrow(2, 0, length), state };
}
