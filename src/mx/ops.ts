// Operations that read better as functions than as methods: making, joining, attention, composites, optimizer steps.
// One call to the addon each; no policy.
import type { Binding, Dtype, Handle, Memory, Shape } from "./binding.ts";
import { binding } from "./loader.ts";
import { handleOrNull, handlesOf, type Operand, Tensor, wrapAll } from "./tensor.ts";

// --- making
/** Copies `memory`; its element count must equal the shape's. */
export function tensor(memory: Memory, shape: Shape, dtype: Dtype): Tensor {
  return new Tensor(binding().fromMemory(memory, shape, dtype));
}

export function float32(values: readonly number[] | Float32Array, shape?: Shape): Tensor {
  const memory = values instanceof Float32Array ? values : Float32Array.from(values);
  return tensor(memory, shape ?? [memory.length], "float32");
}

export function int32(values: readonly number[] | Int32Array, shape?: Shape): Tensor {
  const memory = values instanceof Int32Array ? values : Int32Array.from(values);
  return tensor(memory, shape ?? [memory.length], "int32");
}

export function full(shape: Shape, value: number, dtype: Dtype = "float32"): Tensor {
  return new Tensor(binding().full(shape, value, dtype));
}

export function zeros(shape: Shape, dtype: Dtype = "float32"): Tensor {
  return full(shape, 0, dtype);
}

export function ones(shape: Shape, dtype: Dtype = "float32"): Tensor {
  return full(shape, 1, dtype);
}

/** A tensor that `make` makes when it is first used, outside every scope; until then the addon is not needed. */
export function deferred(shape: Shape, dtype: Dtype, make: () => Tensor): Tensor {
  return Tensor.deferred(shape, dtype, () => make().handle);
}

/** Integers from start (inclusive) to stop (exclusive). */
export function arange(start: number, stop: number, step = 1, dtype: Dtype = "int32"): Tensor {
  return new Tensor(binding().arange(start, stop, step, dtype));
}

// --- joining and choosing
export function concatenate(tensors: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(binding().concatenate(handlesOf(tensors), axis));
}

export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(binding().stack(handlesOf(tensors), axis));
}

/** `b` as a number takes `a`'s dtype. */
export function where(condition: Tensor, a: Tensor, b: Operand): Tensor {
  const right = typeof b === "number" ? binding().scalarLike(b, a.handle) : b.handle;
  return new Tensor(binding().where(condition.handle, a.handle, right));
}

/** Zeros above the k-th diagonal of the last two axes. */
export function tril(a: Tensor, k = 0): Tensor {
  return new Tensor(binding().tril(a.handle, k));
}

// --- layers
/** y = x·Wᵀ (+ bias). W (out, in). */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  return new Tensor(binding().linear(x.handle, weight.handle, handleOrNull(bias)));
}

export interface LoraOperands {
  /** (in, rank) */
  a: Tensor;
  /** (rank, out) */
  b: Tensor;
  scale: number;
  dropout: number;
  /** Null: no dropout. */
  key: Tensor | null;
}

/** y = x·Wᵀ (+ bias) + scale·(dropout(x)·A·B) (Hu et al. 2021, in mlx-lm's layout). */
export function loraLinear(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  lora: LoraOperands,
): Tensor {
  return new Tensor(
    binding().loraLinear(
      x.handle,
      weight.handle,
      handleOrNull(bias),
      lora.a.handle,
      lora.b.handle,
      lora.scale,
      lora.dropout,
      handleOrNull(lora.key),
    ),
  );
}

export function rmsNorm(x: Tensor, weight: Tensor | null, eps: number): Tensor {
  return new Tensor(binding().rmsNorm(x.handle, handleOrNull(weight), eps));
}

export function layerNorm(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  return new Tensor(binding().layerNorm(x.handle, handleOrNull(weight), handleOrNull(bias), eps));
}

/** silu(gate)·up. */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  return new Tensor(binding().swiglu(gate.handle, up.handle));
}

export interface RopeOptions {
  dims: number;
  traditional: boolean;
  /** Null when `freqs` is given. */
  base: number | null;
  scale: number;
  /** Position of the first token: one for the whole batch, or an integer tensor with one for each row, (batch). */
  offset: number | Tensor;
  /** Wavelengths, (dims / 2); replaces base. */
  freqs: Tensor | null;
}

/** Rotary embedding (Su et al. 2021) of (batch, heads, length, dims). */
export function rope(x: Tensor, options: RopeOptions): Tensor {
  const { dims, traditional, base, scale, freqs } = options;
  const offset = typeof options.offset === "number" ? options.offset : [options.offset.handle];
  return new Tensor(
    binding().rope(x.handle, dims, traditional, base, scale, offset, handleOrNull(freqs)),
  );
}

/** What limits the sight of causal attention further. */
export interface LimitedSight {
  /** The same as booleans that broadcast to (batch, heads, queries, keys), for where no kernel reads the rest. */
  mask: Tensor;
  /** Tokens that a query sees, itself among them; absent: all. */
  window?: number | undefined;
  /** (batch, length) int32: equal numbers that follow each other see each other, a 0 itself alone. */
  segments?: Tensor | undefined;
  /** (batch, length) int32: the segment of which a token sees the last run before its own. */
  prefixes?: Tensor | undefined;
  /** (batch) int32, not beside segments: the first key of each sequence. What lies before it gets anything. */
  starts?: Tensor | undefined;
}

/** None, causal, an array that broadcasts to (batch, heads, queries, keys), or causal with limits. */
export type AttentionMask = "" | "causal" | Tensor | LimitedSight;

/** What scores are beside scaled products of queries and keys. */
export interface ScoreShaping {
  /** Scores become cap · tanh(score / cap); absent: they stay. */
  softCap?: number | undefined;
  /** (heads): the score of nothing beside those of keys, which takes its share and adds no value. */
  sinks?: Tensor | undefined;
  /** (batch or 1, heads, keys): added to the scores. Has no gradient. */
  keyBias?: Tensor | undefined;
}

/** (batch, heads, length, dims) each; fewer key heads than query heads means grouped queries. */
export function attention(
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  scale: number,
  mask: AttentionMask,
  shaping: ScoreShaping = {},
): Tensor {
  const [q, k, v] = [queries.handle, keys.handle, values.handle];
  if (Object.values(shaping).some((given) => given !== undefined))
    return new Tensor(shapedAttention([q, k, v], scale, mask, shaping));
  if (typeof mask === "string")
    return new Tensor(binding().scaledDotProductAttention(q, k, v, scale, mask, null));
  if (mask instanceof Tensor)
    return new Tensor(binding().scaledDotProductAttention(q, k, v, scale, "", mask.handle));
  const { window = 0 } = mask;
  return new Tensor(
    binding().limitedAttention(q, k, v, scale, mask.mask.handle, window, ...dividedBy(mask)),
  );
}

/** What divides sequences. */
function dividedBy({
  segments,
  prefixes,
  starts,
}: Partial<LimitedSight>): [
  segments: Handle | null,
  prefixes: Handle | null,
  starts: Handle | null,
] {
  const given = (part: Tensor | undefined): Handle | null => handleOrNull(part ?? null);
  return [given(segments), given(prefixes), given(starts)];
}

function shapedAttention(
  projections: readonly [number, number, number],
  scale: number,
  mask: AttentionMask,
  { softCap = 0, sinks, keyBias }: ScoreShaping,
): number {
  const isArray = mask instanceof Tensor;
  const limits: Partial<LimitedSight> = typeof mask === "string" || isArray ? {} : mask;
  const isCausal = !isArray && mask !== "";
  return binding().shapedAttention(
    ...projections,
    ...([scale, softCap, isCausal, limits.window ?? 0] as const),
    handleOrNull(sinks ?? null),
    handleOrNull(keyBias ?? null),
    handleOrNull((isArray ? mask : limits.mask) ?? null),
    ...dividedBy(limits),
  );
}

/** −log p(target) of each row, float32. logits (…, vocabulary), targets (…). */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return new Tensor(binding().crossEntropy(logits.handle, targets.handle));
}

/** What a token's loss is beside −log p of its target. */
export type TokenLossOptions = Parameters<Binding["linearCrossEntropy"]>[3];

/**
 * Losses of the logits hidden·Wᵀ, of which only a part is there at a time, float32 (rows). hidden (rows, width), weight
 * (classes, width), targets (rows) integers; NaN for a target that is no class.
 */
export function linearCrossEntropy(
  hidden: Tensor,
  weight: Tensor,
  targets: Tensor,
  options: TokenLossOptions,
): Tensor {
  return new Tensor(
    binding().linearCrossEntropy(hidden.handle, weight.handle, targets.handle, options),
  );
}

/**
 * Σ shares · those losses. shares (rows) float32 is told, not learned. Of a trained weight both gradients are made with
 * the sum, which takes less than the losses would: no matrix of logits, and none computed twice.
 */
export function linearCrossEntropySum(
  hidden: Tensor,
  weight: Tensor,
  { targets, shares }: { targets: Tensor; shares: Tensor },
  options: TokenLossOptions,
): Tensor {
  const told = [targets.handle, shares.handle] as const;
  return new Tensor(
    binding().linearCrossEntropySum(hidden.handle, weight.handle, ...told, options),
  );
}

/**
 * Products of chosen matrices: out[i] = a[lhsIndices[i]] · b[rhsIndices[i]], (…indices, rows, columns). Indices count
 * the matrices of (…, rows, inner) and (…, inner, columns) over all batch axes; null means each in turn.
 * `sorted`: the one list of indices given ascends, which MLX then uses.
 */
export function gatherMm(
  a: Tensor,
  b: Tensor,
  lhsIndices: Tensor | null,
  rhsIndices: Tensor | null,
  sorted = false,
): Tensor {
  const [left, right] = [handleOrNull(lhsIndices), handleOrNull(rhsIndices)];
  return new Tensor(binding().gatherMm(a.handle, b.handle, left, right, sorted));
}

export interface Conv1dOptions {
  stride?: number;
  /** Zeros before and after. */
  padding?: number;
  dilation?: number;
  /** As many as channels: each channel is convolved alone. */
  groups?: number;
}

/** Cross-correlation of (batch, length, in) with weights (out, width, in / groups): (batch, length', out). */
export function conv1d(x: Tensor, weight: Tensor, options: Conv1dOptions = {}): Tensor {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  return new Tensor(binding().conv1d(x.handle, weight.handle, stride, padding, dilation, groups));
}

// --- optimizer steps
export type AdamwSettings = Parameters<Binding["adamw"]>[4];

export interface AdamwState {
  parameters: Tensor[];
  first: Tensor[];
  second: Tensor[];
}

/** One AdamW update of every parameter; the inputs stay as they are. */
export function adamw(
  state: AdamwState,
  gradients: readonly Tensor[],
  settings: AdamwSettings,
): AdamwState {
  const all = wrapAll(
    binding().adamw(
      handlesOf(state.parameters),
      handlesOf(gradients),
      handlesOf(state.first),
      handlesOf(state.second),
      settings,
    ),
  );
  const count = state.parameters.length;
  return {
    parameters: all.slice(0, count),
    first: all.slice(count, 2 * count),
    second: all.slice(2 * count),
  };
}

/**
 * One AdamW update of a parameter whose moments rest in 8 bits: packed, scales and biases of the first one's root, and of
 * the second one's fourth root, in groups of 64 numbers.
 */
export function adamw8bit(
  parameter: Tensor,
  gradient: Tensor,
  state: readonly Tensor[],
  settings: AdamwSettings,
): [parameter: Tensor, ...state: Tensor[]] {
  const after = binding().adamw8bit(parameter.handle, gradient.handle, handlesOf(state), settings);
  return wrapAll(after) as [Tensor, ...Tensor[]];
}

/** The global norm before clipping, and the gradients scaled so that it is at most `maximum`. */
export function clipNorm(
  gradients: readonly Tensor[],
  maximum: number,
): { norm: Tensor; gradients: Tensor[] } {
  const [norm, ...clipped] = wrapAll(binding().clipNorm(handlesOf(gradients), maximum));
  if (norm === undefined) throw new RangeError("clipNorm needs at least one gradient");
  return { norm, gradients: clipped };
}

// --- evaluating
/** Computes everything asked for in one pass over the graph. */
export function evaluate(tensors: readonly Tensor[]): void {
  binding().eval(handlesOf(tensors));
}

/** The same, without waiting for the end; reading a tensor waits. */
export function evaluateAsync(tensors: readonly Tensor[]): void {
  binding().asyncEval(handlesOf(tensors));
}

/** Waits for everything under way. */
export function synchronize(): void {
  binding().synchronize();
}
