// One MLX array as TypeScript sees it: a handle with methods that read like the field's notation.
// Holds no memory itself and knows nothing of layers; scopes decide when arrays are freed.
import { elementCount } from "../core/element-count.ts";
import type { Axes, Dtype, Handle, Memory, Shape } from "./binding.ts";
import { binding } from "./loader.ts";

/** A tensor, or a number that takes the other operand's dtype. */
export type Operand = Tensor | number;

type Unary = (a: Handle) => Handle;
type Binary = (a: Handle, b: Handle) => Handle;

export class Tensor {
  readonly handle: Handle;
  #shape: Shape | undefined;
  #dtype: Dtype | undefined;
  #isMade = true;

  constructor(handle: Handle) {
    this.handle = handle;
  }

  /**
   * A tensor that is made when it is first used; then it lives outside every scope, until disposed. Until then its
   * shape and dtype are known without the addon: a model can be built to be measured, or to be filled.
   */
  static deferred(shape: Shape, dtype: Dtype, make: () => Handle): Tensor {
    const tensor = new Tensor(0);
    tensor.#shape = shape;
    tensor.#dtype = dtype;
    tensor.#isMade = false;
    const get = (): Handle => {
      const value = make();
      binding().retain([value]);
      tensor.#isMade = true;
      Object.defineProperty(tensor, "handle", { value });
      return value;
    };
    Object.defineProperty(tensor, "handle", { get, configurable: true });
    return tensor;
  }

  /** False for a deferred tensor that nothing has used. */
  get isMade(): boolean {
    return this.#isMade;
  }

  get shape(): Shape {
    this.#shape ??= binding().shape(this.handle);
    return this.#shape;
  }

  /** Whether it depends on what is differentiated or recorded now. */
  get isTraced(): boolean {
    return binding().isTraced(this.handle);
  }

  get dtype(): Dtype {
    this.#dtype ??= binding().dtype(this.handle);
    return this.#dtype;
  }

  get ndim(): number {
    return this.shape.length;
  }

  get size(): number {
    return elementCount(this.shape);
  }

  get nbytes(): number {
    return binding().nbytes(this.handle);
  }

  /** Length of one axis; negative axes count from the end. Throws RangeError when there is no such axis. */
  dim(axis: number): number {
    const length = this.shape.at(axis);
    if (length === undefined) throw new RangeError(`axis ${axis} of a ${this.ndim}-d tensor`);
    return length;
  }

  /** Frees the array now; using the tensor afterwards is a NativeError. */
  dispose(): void {
    if (this.isMade) binding().free([this.handle]);
  }

  /** Evaluates and reads the only element. */
  item(): number {
    return binding().item(this.handle);
  }

  /** Evaluates and copies out; float16 and bfloat16 come as Uint16Array bit patterns. */
  toMemory(): Memory {
    return binding().toMemory(this.handle);
  }

  /** Evaluates and copies out as float32, converting when the dtype differs. */
  toFloat32(): Float32Array {
    if (this.dtype === "float32") return this.toMemory() as Float32Array;
    const converted = this.astype("float32");
    const data = converted.toMemory() as Float32Array;
    converted.dispose();
    return data;
  }

  // --- element-wise
  add(other: Operand): Tensor {
    return this.#binary(binding().add, other);
  }
  sub(other: Operand): Tensor {
    return this.#binary(binding().subtract, other);
  }
  mul(other: Operand): Tensor {
    return this.#binary(binding().multiply, other);
  }
  div(other: Operand): Tensor {
    return this.#binary(binding().divide, other);
  }
  pow(other: Operand): Tensor {
    return this.#binary(binding().power, other);
  }
  maximum(other: Operand): Tensor {
    return this.#binary(binding().maximum, other);
  }
  minimum(other: Operand): Tensor {
    return this.#binary(binding().minimum, other);
  }
  equal(other: Operand): Tensor {
    return this.#binary(binding().equal, other);
  }
  notEqual(other: Operand): Tensor {
    return this.#binary(binding().notEqual, other);
  }
  less(other: Operand): Tensor {
    return this.#binary(binding().less, other);
  }
  lessEqual(other: Operand): Tensor {
    return this.#binary(binding().lessEqual, other);
  }
  greater(other: Operand): Tensor {
    return this.#binary(binding().greater, other);
  }
  greaterEqual(other: Operand): Tensor {
    return this.#binary(binding().greaterEqual, other);
  }
  logicalAnd(other: Tensor): Tensor {
    return this.#binary(binding().logicalAnd, other);
  }
  logicalOr(other: Tensor): Tensor {
    return this.#binary(binding().logicalOr, other);
  }
  logicalNot(): Tensor {
    return this.#unary(binding().logicalNot);
  }
  /** Rounded down, as Python's //. */
  floorDivide(other: Operand): Tensor {
    return this.#binary(binding().floorDivide, other);
  }
  /** log(exp(this) + exp(other)). */
  logaddexp(other: Operand): Tensor {
    return this.#binary(binding().logaddexp, other);
  }
  /** No bound where null; both must not be. */
  clip(low: number | null, high: number | null): Tensor {
    return new Tensor(binding().clip(this.handle, low, high));
  }
  abs(): Tensor {
    return this.#unary(binding().abs);
  }
  neg(): Tensor {
    return this.#unary(binding().negative);
  }
  sign(): Tensor {
    return this.#unary(binding().sign);
  }
  exp(): Tensor {
    return this.#unary(binding().exp);
  }
  log(): Tensor {
    return this.#unary(binding().log);
  }
  log1p(): Tensor {
    return this.#unary(binding().log1p);
  }
  sqrt(): Tensor {
    return this.#unary(binding().sqrt);
  }
  rsqrt(): Tensor {
    return this.#unary(binding().rsqrt);
  }
  square(): Tensor {
    return this.#unary(binding().square);
  }
  sin(): Tensor {
    return this.#unary(binding().sin);
  }
  cos(): Tensor {
    return this.#unary(binding().cos);
  }
  tanh(): Tensor {
    return this.#unary(binding().tanh);
  }
  erf(): Tensor {
    return this.#unary(binding().erf);
  }
  sigmoid(): Tensor {
    return this.#unary(binding().sigmoid);
  }
  /** To the nearest, halves to even. */
  round(decimals = 0): Tensor {
    return new Tensor(binding().round(this.handle, decimals));
  }
  isfinite(): Tensor {
    return this.#unary(binding().isfinite);
  }
  stopGradient(): Tensor {
    return this.#unary(binding().stopGradient);
  }
  astype(dtype: Dtype): Tensor {
    return new Tensor(binding().astype(this.handle, dtype));
  }
  /** The same bytes read as another dtype; the last axis grows or shrinks with its size. */
  view(dtype: Dtype): Tensor {
    return new Tensor(binding().view(this.handle, dtype));
  }
  /** Row by row in memory of its own, whatever it was sliced or transposed from. */
  contiguous(): Tensor {
    return new Tensor(binding().contiguous(this.handle));
  }

  // --- reductions and order
  sum(axes: Axes = null, keepDims = false): Tensor {
    return new Tensor(binding().sum(this.handle, axes, keepDims));
  }
  mean(axes: Axes = null, keepDims = false): Tensor {
    return new Tensor(binding().mean(this.handle, axes, keepDims));
  }
  /** Of the whole population, not of a sample. */
  variance(axes: Axes = null, keepDims = false): Tensor {
    return new Tensor(binding().variance(this.handle, axes, keepDims));
  }
  /** Square root of the sum of squares. */
  norm(axes: Axes = null, keepDims = false): Tensor {
    return new Tensor(binding().norm(this.handle, axes, keepDims));
  }
  max(axes: Axes = null, keepDims = false): Tensor {
    return new Tensor(binding().max(this.handle, axes, keepDims));
  }
  min(axes: Axes = null, keepDims = false): Tensor {
    return new Tensor(binding().min(this.handle, axes, keepDims));
  }
  all(axes: Axes = null, keepDims = false): Tensor {
    return new Tensor(binding().all(this.handle, axes, keepDims));
  }
  logsumexp(axes: Axes = null, keepDims = false): Tensor {
    return new Tensor(binding().logsumexp(this.handle, axes, keepDims));
  }
  softmax(axes: Axes = -1, precise = false): Tensor {
    return new Tensor(binding().softmax(this.handle, axes, precise));
  }
  argmax(axis = -1, keepDims = false): Tensor {
    return new Tensor(binding().argmax(this.handle, axis, keepDims));
  }
  sort(axis = -1): Tensor {
    return new Tensor(binding().sort(this.handle, axis));
  }
  argsort(axis = -1): Tensor {
    return new Tensor(binding().argsort(this.handle, axis));
  }
  /** Places in an order in which the kth is where sorting would put it, smaller ones before, larger ones behind. */
  argpartition(kth: number, axis = -1): Tensor {
    return new Tensor(binding().argpartition(this.handle, kth, axis));
  }
  cumsum(axis = -1, reverse = false, inclusive = true): Tensor {
    return new Tensor(binding().cumsum(this.handle, axis, reverse, inclusive));
  }

  // --- shape
  reshape(...shape: number[]): Tensor {
    return new Tensor(binding().reshape(this.handle, shape));
  }
  /** Without axes: all of them reversed. */
  transpose(...axes: number[]): Tensor {
    return new Tensor(binding().transpose(this.handle, axes.length === 0 ? null : axes));
  }
  swapaxes(axis1: number, axis2: number): Tensor {
    return new Tensor(binding().swapaxes(this.handle, axis1, axis2));
  }
  expandDims(...axes: number[]): Tensor {
    return new Tensor(binding().expandDims(this.handle, axes));
  }
  squeeze(...axes: number[]): Tensor {
    return new Tensor(binding().squeeze(this.handle, axes));
  }
  broadcastTo(...shape: number[]): Tensor {
    return new Tensor(binding().broadcastTo(this.handle, shape));
  }
  split(parts: number, axis = -1): Tensor[] {
    return wrapAll(binding().split(this.handle, parts, axis));
  }
  splitAt(indices: readonly number[], axis = -1): Tensor[] {
    return wrapAll(binding().splitAt(this.handle, indices, axis));
  }
  /** Each entry `count` times in a row. */
  repeat(count: number, axis: number): Tensor {
    return new Tensor(binding().repeat(this.handle, count, axis));
  }
  /** `low` entries before and `high` behind, one number a dimension. */
  pad(low: readonly number[], high: readonly number[], value = 0): Tensor {
    return new Tensor(binding().pad(this.handle, low, high, value));
  }
  /** The half-open range [start, stop) of one axis. */
  narrow(axis: number, start: number, stop: number): Tensor {
    const position = axis < 0 ? axis + this.ndim : axis;
    const starts = this.shape.map((_, index) => (index === position ? start : 0));
    const stops = this.shape.map((length, index) => (index === position ? stop : length));
    const strides = this.shape.map(() => 1);
    return new Tensor(binding().slice(this.handle, starts, stops, strides));
  }
  /** This tensor with the block at `start` replaced by `update`. */
  updated(update: Tensor, start: Shape): Tensor {
    const stop = start.map((first, index) => first + update.dim(index));
    const strides = start.map(() => 1);
    return new Tensor(binding().sliceUpdate(this.handle, update.handle, start, stop, strides));
  }
  /**
   * The same in this tensor itself, which means the result from now on. So nothing keeps what it was, and where nothing
   * else reads that, its memory is written to instead of copied.
   */
  overwrite(update: Tensor, start: Shape): void {
    binding().replace([this.handle, this.updated(update, start).handle]);
  }
  take(indices: Tensor, axis: number): Tensor {
    return new Tensor(binding().take(this.handle, indices.handle, axis));
  }
  takeAlongAxis(indices: Tensor, axis: number): Tensor {
    return new Tensor(binding().takeAlongAxis(this.handle, indices.handle, axis));
  }

  /** This tensor with `values` at the indices along one axis. */
  putAlongAxis(indices: Tensor, values: Tensor, axis: number): Tensor {
    return new Tensor(binding().putAlongAxis(this.handle, indices.handle, values.handle, axis));
  }

  // --- linear algebra
  matmul(other: Tensor): Tensor {
    return new Tensor(binding().matmul(this.handle, other.handle));
  }

  #unary(op: Unary): Tensor {
    return new Tensor(op(this.handle));
  }

  #binary(op: Binary, other: Operand): Tensor {
    const right =
      typeof other === "number" ? binding().scalarLike(other, this.handle) : other.handle;
    return new Tensor(op(this.handle, right));
  }
}

export function wrapAll(handles: readonly Handle[]): Tensor[] {
  return handles.map((handle) => new Tensor(handle));
}

export function handlesOf(tensors: readonly Tensor[]): Handle[] {
  return tensors.map((tensor) => tensor.handle);
}

export function handleOrNull(tensor: Tensor | null): Handle | null {
  return tensor?.handle ?? null;
}
