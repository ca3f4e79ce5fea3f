// The whole native addon in one type: what C++ exports and what TypeScript may call. Only src/mx imports it.
// Not a place for behaviour: `dev/check-binding.ts` fails when a name or a type here and in native/ differ.

/** An array in the addon's slot table: index and generation packed in one number. 0 is never a handle. */
export type Handle = number;

/** Row-major shape, one entry a dimension. */
export type Shape = readonly number[];

export const DTYPES = [
  "bool",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "int8",
  "int16",
  "int32",
  "int64",
  "float16",
  "float32",
  "float64",
  "bfloat16",
  "complex64",
] as const;

export type Dtype = (typeof DTYPES)[number];

/** Axes of a reduction: one, several, or every axis when null. */
export type Axes = number | readonly number[] | null;

/** "affine": scale · q + bias for each group; the others small floats with a shared scale of 8 bits. */
export type QuantizationMode = "affine" | "mxfp4" | "mxfp8" | "nvfp4";

/** Function over handles that MLX traces; its handles live until it returns, its outputs are taken over. */
export type ArrayFunction = (inputs: Handle[]) => Handle[];

/** Typed memory that crosses the seam; float16 and bfloat16 travel as Uint16Array bit patterns. */
export type Memory =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

export interface DeviceInfo {
  /** "cpu" or "gpu", as MLX's default device. */
  device: string;
  /** Marketing or architecture name when MLX tells one, else the empty string. */
  name: string;
  /** Bytes of memory of the machine. */
  memoryBytes: number;
  /** Bytes the device recommends to keep resident (Metal), else memoryBytes. */
  recommendedBytes: number;
  metal: boolean;
  cuda: boolean;
}

/** `step` counts from 1. */
export interface AdamWSettings {
  learningRate: number;
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
  step: number;
  biasCorrection: boolean;
}

export interface Binding {
  // --- the addon itself
  version(): { mlx: string; addon: string; blas: string };
  /** Threads that share matrix products and kernels on the CPU; all physical cores to begin with. */
  threads(): number;
  /** 1 to 64, for the whole process; changes no result. */
  setThreads(count: number): void;
  /** Whether the addon's own kernels for the CPU are used, true to begin with; else MLX's operations, as on a GPU. */
  setKernels(areUsed: boolean): void;
  deviceInfo(): DeviceInfo;
  setDefaultDevice(device: "cpu" | "gpu"): void;
  synchronize(): void;

  // --- handles and scopes
  /** Number of arrays alive in this environment. */
  liveHandles(): number;
  /** Frees now; using the handle again is an error. Freeing twice is an error. */
  free(handles: readonly Handle[]): void;
  /** Whether it depends on what is differentiated or recorded now. */
  isTraced(array: Handle): boolean;
  /** Opens a scope: each handle made from now on belongs to it. */
  scopeBegin(): void;
  /** Closes the innermost scope, frees its handles except `keep`, which move to the enclosing one; returns how many were freed. */
  scopeEnd(keep: readonly Handle[]): number;
  /** Takes handles out of every scope: they live until `free`. */
  retain(handles: readonly Handle[]): void;
  /** Of two handles: the first means the second's array from now on, and the second is freed. */
  replace(pair: readonly Handle[]): void;

  // --- data in and out (always copies)
  fromMemory(memory: Memory, shape: Shape, dtype: Dtype): Handle;
  /** A scalar that takes `like`'s dtype as Python MLX does: a fraction beside an integer array becomes float32. */
  scalarLike(value: number | boolean, like: Handle): Handle;
  full(shape: Shape, value: number, dtype: Dtype): Handle;
  arange(start: number, stop: number, step: number, dtype: Dtype): Handle;
  /** Evaluates and copies out; float16 and bfloat16 come as Uint16Array bit patterns, bool as Uint8Array. */
  toMemory(a: Handle): Memory;
  /** Evaluates and reads one number. */
  item(a: Handle): number;
  shape(a: Handle): number[];
  dtype(a: Handle): Dtype;
  nbytes(a: Handle): number;
  eval(handles: readonly Handle[]): void;
  asyncEval(handles: readonly Handle[]): void;

  // --- element-wise, one array
  abs(a: Handle): Handle;
  negative(a: Handle): Handle;
  exp(a: Handle): Handle;
  log(a: Handle): Handle;
  log1p(a: Handle): Handle;
  sqrt(a: Handle): Handle;
  rsqrt(a: Handle): Handle;
  square(a: Handle): Handle;
  sin(a: Handle): Handle;
  cos(a: Handle): Handle;
  tanh(a: Handle): Handle;
  erf(a: Handle): Handle;
  sigmoid(a: Handle): Handle;
  sign(a: Handle): Handle;
  round(a: Handle, decimals: number): Handle;
  isfinite(a: Handle): Handle;
  logicalNot(a: Handle): Handle;
  stopGradient(a: Handle): Handle;
  astype(a: Handle, dtype: Dtype): Handle;
  /** Same bytes read as another dtype. */
  view(a: Handle, dtype: Dtype): Handle;
  contiguous(a: Handle): Handle;

  // --- element-wise, two or three arrays (broadcasting, usual promotion)
  add(a: Handle, b: Handle): Handle;
  subtract(a: Handle, b: Handle): Handle;
  multiply(a: Handle, b: Handle): Handle;
  divide(a: Handle, b: Handle): Handle;
  floorDivide(a: Handle, b: Handle): Handle;
  power(a: Handle, b: Handle): Handle;
  maximum(a: Handle, b: Handle): Handle;
  minimum(a: Handle, b: Handle): Handle;
  logaddexp(a: Handle, b: Handle): Handle;
  equal(a: Handle, b: Handle): Handle;
  notEqual(a: Handle, b: Handle): Handle;
  less(a: Handle, b: Handle): Handle;
  lessEqual(a: Handle, b: Handle): Handle;
  greater(a: Handle, b: Handle): Handle;
  greaterEqual(a: Handle, b: Handle): Handle;
  logicalAnd(a: Handle, b: Handle): Handle;
  logicalOr(a: Handle, b: Handle): Handle;
  where(condition: Handle, a: Handle, b: Handle): Handle;
  clip(a: Handle, low: number | null, high: number | null): Handle;

  // --- reductions and order
  sum(a: Handle, axes: Axes, keepDims: boolean): Handle;
  mean(a: Handle, axes: Axes, keepDims: boolean): Handle;
  variance(a: Handle, axes: Axes, keepDims: boolean): Handle;
  max(a: Handle, axes: Axes, keepDims: boolean): Handle;
  min(a: Handle, axes: Axes, keepDims: boolean): Handle;
  all(a: Handle, axes: Axes, keepDims: boolean): Handle;
  logsumexp(a: Handle, axes: Axes, keepDims: boolean): Handle;
  softmax(a: Handle, axes: Axes, precise: boolean): Handle;
  argmax(a: Handle, axis: number, keepDims: boolean): Handle;
  cumsum(a: Handle, axis: number, reverse: boolean, inclusive: boolean): Handle;
  sort(a: Handle, axis: number): Handle;
  argsort(a: Handle, axis: number): Handle;
  argpartition(a: Handle, kth: number, axis: number): Handle;

  // --- shape
  reshape(a: Handle, shape: Shape): Handle;
  transpose(a: Handle, axes: readonly number[] | null): Handle;
  swapaxes(a: Handle, axis1: number, axis2: number): Handle;
  expandDims(a: Handle, axes: readonly number[]): Handle;
  squeeze(a: Handle, axes: readonly number[]): Handle;
  broadcastTo(a: Handle, shape: Shape): Handle;
  concatenate(arrays: readonly Handle[], axis: number): Handle;
  stack(arrays: readonly Handle[], axis: number): Handle;
  /** Equal parts along an axis. */
  split(a: Handle, parts: number, axis: number): Handle[];
  /** Parts that begin at the given indices, as numpy.split. */
  splitAt(a: Handle, indices: readonly number[], axis: number): Handle[];
  repeat(a: Handle, count: number, axis: number): Handle;
  /** Widths before and after, one pair a dimension. */
  pad(a: Handle, low: readonly number[], high: readonly number[], value: number): Handle;
  slice(a: Handle, start: Shape, stop: Shape, strides: Shape): Handle;
  sliceUpdate(a: Handle, update: Handle, start: Shape, stop: Shape, strides: Shape): Handle;
  take(a: Handle, indices: Handle, axis: number): Handle;
  takeAlongAxis(a: Handle, indices: Handle, axis: number): Handle;
  putAlongAxis(a: Handle, indices: Handle, values: Handle, axis: number): Handle;
  tril(a: Handle, k: number): Handle;

  // --- linear algebra
  matmul(a: Handle, b: Handle): Handle;
  norm(a: Handle, axes: Axes, keepDims: boolean): Handle;
  /** a[lhsIndices[i]] · b[rhsIndices[i]]; indices count matrices over all batch axes, null means each in turn. */
  gatherMm(
    a: Handle,
    b: Handle,
    lhsIndices: Handle | null,
    rhsIndices: Handle | null,
    sorted: boolean,
  ): Handle;
  /** Cross-correlation of (batch, length, in) with (out, width, in / groups). */
  conv1d(
    x: Handle,
    weight: Handle,
    stride: number,
    padding: number,
    dilation: number,
    groups: number,
  ): Handle;

  // --- packed weights
  /** Packed values, scales, and in mode affine biases. */
  quantize(w: Handle, groupSize: number, bits: number, mode: QuantizationMode): Handle[];
  dequantize(
    packed: Handle,
    scales: Handle,
    biases: Handle | null,
    groupSize: number,
    bits: number,
    mode: QuantizationMode,
    dtype: Dtype,
  ): Handle;
  quantizedMatmul(
    x: Handle,
    packed: Handle,
    scales: Handle,
    biases: Handle | null,
    transpose: boolean,
    groupSize: number,
    bits: number,
    mode: QuantizationMode,
  ): Handle;
  gatherQmm(
    x: Handle,
    packed: Handle,
    scales: Handle,
    biases: Handle | null,
    lhsIndices: Handle | null,
    rhsIndices: Handle | null,
    transpose: boolean,
    groupSize: number,
    bits: number,
    mode: QuantizationMode,
    sorted: boolean,
  ): Handle;

  // --- MLX's fast ops
  rmsNorm(x: Handle, weight: Handle | null, eps: number): Handle;
  layerNorm(x: Handle, weight: Handle | null, bias: Handle | null, eps: number): Handle;
  /** Rotary embedding over the last axis of (batch, heads, length, dims); `freqs` replaces `base`. */
  rope(
    x: Handle,
    dims: number,
    traditional: boolean,
    base: number | null,
    scale: number,
    offset: number | Handle[],
    freqs: Handle | null,
  ): Handle;
  /** (batch, heads, length, dims) each; `mask` is "" (none), "causal", or an additive or boolean array. */
  scaledDotProductAttention(
    queries: Handle,
    keys: Handle,
    values: Handle,
    scale: number,
    maskMode: "" | "causal",
    mask: Handle | null,
  ): Handle;

  /**
   * The same, causal, where sight is limited further: to `window` tokens (0: all), to a token's own segment, (batch,
   * length) integers in runs, 0 seeing itself alone, and to its prefix, the last run of that segment before its own; or,
   * without segments, to keys from the sequence's start on, (batch) integers. `mask` says all that in an array of booleans; it is computed where no kernel reads the rest.
   */
  limitedAttention(
    queries: Handle,
    keys: Handle,
    values: Handle,
    scale: number,
    mask: Handle,
    window: number,
    segments: Handle | null,
    prefixes: Handle | null,
    starts: Handle | null,
  ): Handle;
  /**
   * The same with scores that are capped (cap · tanh(score / cap); 0: not), beside a score of nothing for each head of
   * queries, `sinks` (heads), and with `keyBias` (batch or 1, heads, keys) added, which has no gradient. Where
   * `isCausal`, `mask` is as in limitedAttention, or null for causality alone; else it says all.
   */
  shapedAttention(
    queries: Handle,
    keys: Handle,
    values: Handle,
    scale: number,
    cap: number,
    isCausal: boolean,
    window: number,
    sinks: Handle | null,
    keyBias: Handle | null,
    mask: Handle | null,
    segments: Handle | null,
    prefixes: Handle | null,
    starts: Handle | null,
  ): Handle;

  // --- random, explicit keys only
  randomKey(seed: number): Handle;
  /** `count` keys, each of shape (2,). */
  randomSplit(key: Handle, count: number): Handle[];
  randomUniform(low: number, high: number, shape: Shape, dtype: Dtype, key: Handle): Handle;
  randomNormal(shape: Shape, dtype: Dtype, mean: number, std: number, key: Handle): Handle;
  randomBernoulli(p: number, shape: Shape, key: Handle): Handle;
  /** Samples along the last axis of unnormalised log probabilities. */
  randomCategorical(logits: Handle, axis: number, key: Handle): Handle;

  // --- transforms over a TypeScript callback
  /** fn's first output must be a scalar loss; returns fn's outputs, then one gradient for each of `argnums`. */
  valueAndGrad(fn: ArrayFunction, inputs: readonly Handle[], argnums: readonly number[]): Handle[];
  /** Returns fn's outputs, then one gradient for each input. */
  vjp(
    fn: ArrayFunction,
    inputs: readonly Handle[],
    cotangents: readonly Handle[],
  ): { outputs: Handle[]; gradients: Handle[] };
  /** Runs fn now; its activations are computed again when the gradient needs them. fn must be pure in `inputs`. */
  checkpoint(fn: ArrayFunction, inputs: readonly Handle[]): Handle[];
  /** The inputs, evaluated no sooner than `dependencies`. */
  depends(inputs: readonly Handle[], dependencies: readonly Handle[]): Handle[];
  /** `backward` gets inputs, then cotangents, then outputs, and returns one gradient for each input. */
  customVjp(fn: ArrayFunction, backward: ArrayFunction, inputs: readonly Handle[]): Handle[];
  /** An id for `compiledCall`; fn is traced at the first call for each set of shapes and dtypes. */
  compile(fn: ArrayFunction, shapeless: boolean): number;
  compiledCall(id: number, inputs: readonly Handle[]): Handle[];
  compileFree(id: number): void;

  // --- composites that pay for being one call
  /** y = x·Wᵀ (+ bias) + scale·((dropout(x)·A)·B). W (out, in), A (in, r), B (r, out). A null key means no dropout. */
  loraLinear(
    x: Handle,
    weight: Handle,
    bias: Handle | null,
    a: Handle,
    b: Handle,
    scale: number,
    dropout: number,
    key: Handle | null,
  ): Handle;
  /**
   * Norm of each row of W + scale·(A·B)ᵀ, float32, without gradient. squares (out) of W's rows, products (r, out) = Aᵀ·Wᵀ,
   * A (in, r), B (r, out).
   */
  updatedNorm(squares: Handle, products: Handle, a: Handle, b: Handle, scale: number): Handle;
  /** magnitude / norm · (base + scale·narrow·B). base (…, out), narrow (…, r), B (r, out), magnitude and norm (out). */
  doraSum(
    base: Handle,
    narrow: Handle,
    b: Handle,
    magnitude: Handle,
    norm: Handle,
    scale: number,
  ): Handle;
  /** Q (rows, columns) with orthonormal columns and R: a = Q·R. On the CPU. */
  qr(a: Handle): Handle[];
  /** Ascending eigenvalues, and eigenvectors as columns, of a symmetric matrix. On the CPU. */
  eigh(a: Handle): Handle[];
  /** y = x·Wᵀ (+ bias). W (out, in). */
  linear(x: Handle, weight: Handle, bias: Handle | null): Handle;
  /** Per-row −log p(target) in float32. logits (…, vocabulary), targets integer (…). */
  crossEntropy(logits: Handle, targets: Handle): Handle;
  /**
   * crossEntropy of the logits hidden·Wᵀ without all of them at once. hidden (rows, width), W (classes, width), targets
   * (rows). Beside −log p: labelSmoothing, the share of the target's probability that all classes have together
   * (Szegedy et al. 2015), and zLoss · (log Σ exp)² (Chowdhery et al. 2022).
   */
  linearCrossEntropy(
    hidden: Handle,
    weight: Handle,
    targets: Handle,
    settings: { labelSmoothing: number; zLoss: number },
  ): Handle;
  /**
   * Σ shares · linearCrossEntropy, shares (rows) without a gradient. Where the weight is differentiated and the CPU
   * computes, both gradients come with the sum, from logits that are computed once.
   */
  linearCrossEntropySum(
    hidden: Handle,
    weight: Handle,
    targets: Handle,
    shares: Handle,
    settings: { labelSmoothing: number; zLoss: number },
  ): Handle;
  /** silu(gate)·up. */
  swiglu(gate: Handle, up: Handle): Handle;
  /**
   * Mamba's selective scan (Gu & Dao 2023): h ← exp(step·rate)·h + step·x·write, y = h·read. x and steps (batch, length,
   * channels), rates (channels, states), writes and reads (batch, length, states), state (batch, channels, states). Where
   * the integers `runs` (batch, length) change, h begins as zero. Returns y and the last state; none where no kernel serves.
   */
  selectiveScan(
    x: Handle,
    steps: Handle,
    rates: Handle,
    writes: Handle,
    reads: Handle,
    state: Handle,
    runs: Handle | null,
  ): Handle[];
  /** AdamW (Loshchilov & Hutter 2019) over lists; returns parameters, then first, then second moments. `step` counts from 1. */
  adamw(
    parameters: readonly Handle[],
    gradients: readonly Handle[],
    first: readonly Handle[],
    second: readonly Handle[],
    settings: AdamWSettings,
  ): Handle[];
  /**
   * One step of AdamW for a parameter of whole groups of 64 numbers, whose moments rest in 8 bits: `state` is packed,
   * scales and biases (affine) of the first moment's root with its sign, and of the second's fourth root. Returns the
   * parameter, then the state.
   */
  adamw8bit(
    parameter: Handle,
    gradient: Handle,
    state: readonly Handle[],
    settings: AdamWSettings,
  ): Handle[];
  /** Global norm first, then the gradients scaled by min(1, maximum/(norm + 1e-6)). */
  clipNorm(gradients: readonly Handle[], maximum: number): Handle[];

  // --- files
  /** Tensors by name, lazily read; only for files that src/weights has checked. */
  loadSafetensors(path: string): Record<string, Handle>;
  /** Overwrites `path`; the caller writes to a temporary name and renames. */
  saveSafetensors(
    path: string,
    names: readonly string[],
    handles: readonly Handle[],
    metadata: Record<string, string>,
  ): void;

  // --- several processes as one
  /** Waits for both neighbours, and blocks this thread meanwhile; once a process. `hostfile`: addresses for each rank. */
  ringJoin(rank: number, hostfile: string): { rank: number; size: number };
  /** What waits for a neighbour fails, now and later. From any thread; does nothing where no ring is joined. */
  ringCut(): void;
  /** The sum of what every rank gives, the same bits for each. */
  allSum(a: Handle): Handle;

  // --- memory
  memory(): { activeBytes: number; peakBytes: number; cacheBytes: number };
  resetPeakMemory(): void;
  clearCache(): void;
  /** Each returns the previous limit in bytes. */
  setMemoryLimit(bytes: number): number;
  setCacheLimit(bytes: number): number;
  setWiredLimit(bytes: number): number;
}
