// The steps between what a stored model stores and what a model holds. Each knows its way back.
// Written once over the algebra, so that the same step moves tensors and foretells shapes.
import { elementCount } from "../../core/element-count.ts";
import { dequantize, modeOf, type Packing, type Shape, type Tensor } from "../../mx/index.ts";
import type { Algebra, Computation } from "./algebra.ts";
import { type PackMatrix, packNearest } from "./nearest-packing.ts";

export interface Step {
  forward<Value>(values: readonly Value[], algebra: Algebra<Value>): Value[];
  backward<Value>(values: readonly Value[], algebra: Algebra<Value>): Value[];
}

/** The same step taken the other way. */
export function inverse(step: Step): Step {
  return { forward: step.backward, backward: step.forward };
}

/** What happens to each tensor by itself, both ways. */
function each(
  forward: <Value>(value: Value, algebra: Algebra<Value>) => Value,
  backward: <Value>(value: Value, algebra: Algebra<Value>) => Value,
): Step {
  return {
    forward: (values, algebra) => values.map((value) => forward(value, algebra)),
    backward: (values, algebra) => values.map((value) => backward(value, algebra)),
  };
}

/** Axis i of the result is axis `axes[i]`; without axes the last two change places. */
export function transposed(...axes: number[]): Step {
  const swap = (rank: number): number[] => [
    ...Array.from({ length: rank - 2 }, (_, axis) => axis),
    rank - 1,
    rank - 2,
  ];
  const order = (shape: Shape): number[] =>
    axes.length > 0 ? axes : swap(Math.max(2, shape.length));
  const undo = (shape: Shape): number[] => {
    const forward = order(shape);
    return forward.map((_, axis) => forward.indexOf(axis));
  };
  return each(
    (value, on) => on.transpose(value, order(on.shapeOf(value))),
    (value, on) => on.transpose(value, undo(on.shapeOf(value))),
  );
}

/** `lengths` with its one -1, if any, made so that they multiply to `total`. */
function filledIn(lengths: readonly number[], total: number): number[] {
  const known = elementCount(lengths.filter((length) => length !== -1));
  const rest = total / known;
  if (Number.isInteger(rest)) return lengths.map((length) => (length === -1 ? rest : length));
  throw new RangeError(`an axis of ${total} is not a multiple of ${known}`);
}

/** One axis becomes several of these lengths, outer first; one of them may be -1. Back: they become one again. */
export function unfolded(axis: number, lengths: readonly number[]): Step {
  return each(
    (value, on) => {
      const shape = on.shapeOf(value);
      const inner = filledIn(lengths, shape[axis] ?? 0);
      return on.reshape(value, [...shape.slice(0, axis), ...inner, ...shape.slice(axis + 1)]);
    },
    (value, on) => {
      const shape = on.shapeOf(value);
      const length = elementCount(shape.slice(axis, axis + lengths.length));
      const after = shape.slice(axis + lengths.length);
      return on.reshape(value, [...shape.slice(0, axis), length, ...after]);
    },
  );
}

/** Several axes become one; `lengths` are theirs for the way back. */
export function folded(axis: number, lengths: readonly number[]): Step {
  return inverse(unfolded(axis, lengths));
}

/** Lengths of the parts along an axis, or how many equal parts there are. */
export type Parts = number | readonly number[];

function lengthsOf(parts: Parts, total: number): readonly number[] {
  if (typeof parts !== "number") return parts;
  const [, length = 0] = filledIn([parts, -1], total);
  return Array<number>(parts).fill(length);
}

/** Several tensors become one along an axis. */
export function joined(axis: number, parts: Parts): Step {
  return {
    forward: (values, on) => [on.concatenate(values, axis)],
    backward: (values, on) =>
      values.flatMap((value) =>
        on.split(value, lengthsOf(parts, on.shapeOf(value)[axis] ?? 0), axis),
      ),
  };
}

/** One tensor becomes several along an axis. */
export function divided(axis: number, parts: Parts): Step {
  return inverse(joined(axis, parts));
}

/** Rows of rotary projections stored as pairs (x₀, y₀, x₁, y₁, …) become halves (x₀, x₁, …, y₀, y₁, …), head by head. */
export function rotaryHalves(heads: number): Step[] {
  return [unfolded(0, [heads, -1, 2]), each(swapped12, swapped12), folded(0, [heads, 2, -1])];
}

function swapped12<Value>(value: Value, on: Algebra<Value>): Value {
  const [first = 0, second = 1, third = 2, ...rest] = on.shapeOf(value).keys();
  return on.transpose(value, [first, third, second, ...rest]);
}

/** Another number in the same place: norms stored plus one, logarithms of what is meant. */
export function elementwise(
  forward: (tensor: Tensor) => Tensor,
  backward: (tensor: Tensor) => Tensor,
): Step {
  const keeping = (change: (tensor: Tensor) => Tensor): Computation => ({
    shapes: (shapes) => shapes,
    tensors: (tensors) => tensors.map(change),
  });
  return computed(keeping(forward), keeping(backward));
}

/** A step of its own code, with what it does to shapes. */
export function computed(forward: Computation, backward: Computation): Step {
  return {
    forward: (values, on) => on.compute(values, forward),
    backward: (values, on) => on.compute(values, backward),
  };
}

/** Packed numbers, scales, and in mode affine biases, of a matrix whose rows are packed as MLX packs them. */
export function packed(packing: Packing, pack: PackMatrix = packNearest): Step {
  const { groupSize, bits } = packing;
  const shapes = ([shape = []]: readonly Shape[]): Shape[] => {
    const columns = shape.at(-1) ?? 0;
    if (columns % groupSize !== 0)
      throw new RangeError(`rows of ${columns} are not groups of ${groupSize}`);
    const rows = shape.slice(0, -1);
    const groups = [...rows, columns / groupSize];
    const numbers = [...rows, (columns * bits) / 32];
    return modeOf(packing) === "affine" ? [numbers, groups, groups] : [numbers, groups];
  };
  return computed(
    {
      shapes,
      tensors: ([dense]) => pack(dense as Tensor, packing).filter(isThere),
    },
    {
      shapes: ([, scales = []]) => [[...scales.slice(0, -1), (scales.at(-1) ?? 0) * groupSize]],
      tensors: ([numbers, scales, biases = null]) => [
        dequantize(numbers as Tensor, scales as Tensor, biases, packing),
      ],
    },
  );
}

const isThere = (tensor: Tensor | undefined): tensor is Tensor => tensor !== undefined;

/** Such a matrix as plain numbers again. */
export function unpacked(packing: Packing): Step {
  return inverse(packed(packing));
}
