// What the steps of a recipe are made of, over tensors and over shapes alone: a recipe is checked before a byte is read.
// Four operations; everything else is built of them in steps.ts.
import { elementCount } from "../../core/element-count.ts";
import { concatenate, type Shape, type Tensor } from "../../mx/index.ts";

export interface Algebra<Value> {
  shapeOf(value: Value): Shape;
  /** Same elements, row-major. */
  reshape(value: Value, shape: Shape): Value;
  /** Axis i of the result is axis `axes[i]`. */
  transpose(value: Value, axes: readonly number[]): Value;
  concatenate(values: readonly Value[], axis: number): Value;
  /** Parts of these lengths, which add up to the axis. */
  split(value: Value, lengths: readonly number[], axis: number): Value[];
  /** What only its own code can do, told for tensors and for shapes. */
  compute(values: readonly Value[], operation: Computation): Value[];
}

/** An operation that is not a rearrangement, such as unpacking quantized weights. */
export interface Computation {
  shapes(shapes: readonly Shape[]): readonly Shape[];
  tensors(tensors: readonly Tensor[]): readonly Tensor[];
}

const shown = (shape: Shape): string => `[${shape.join(", ")}]`;

function replaced(shape: Shape, axis: number, length: number): Shape {
  return shape.map((old, index) => (index === axis ? length : old));
}

function joinedShape(shapes: readonly Shape[], axis: number): Shape {
  const [first = []] = shapes;
  const fits = shapes.every(
    (shape) => `${replaced(shape, axis, 0)}` === `${replaced(first, axis, 0)}`,
  );
  if (!fits)
    throw new RangeError(`${shapes.map(shown).join(" and ")} do not join along axis ${axis}`);
  const length = shapes.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0);
  return replaced(first, axis, length);
}

/** Throws RangeError where shapes do not allow what a recipe asks. */
export const shapeAlgebra: Algebra<Shape> = {
  shapeOf: (shape) => shape,
  reshape(shape, wanted) {
    if (elementCount(shape) === elementCount(wanted)) return wanted;
    throw new RangeError(`${shown(shape)} cannot become ${shown(wanted)}`);
  },
  transpose(shape, axes) {
    const taken = axes.map((axis) => shape[axis]);
    if (axes.length === shape.length && taken.every((length) => length !== undefined)) return taken;
    throw new RangeError(`${shown(shape)} has not ${axes.length} axes to turn`);
  },
  concatenate: joinedShape,
  split(shape, lengths, axis) {
    const sum = lengths.reduce((total, length) => total + length, 0);
    if (shape[axis] === sum) return lengths.map((length) => replaced(shape, axis, length));
    throw new RangeError(`axis ${axis} of ${shown(shape)} is not ${lengths.join(" + ")}`);
  },
  compute: (shapes, { shapes: result }) => [...result(shapes)],
};

export const tensorAlgebra: Algebra<Tensor> = {
  shapeOf: (tensor) => tensor.shape,
  reshape: (tensor, shape) => tensor.reshape(...shape),
  transpose: (tensor, axes) => tensor.transpose(...axes),
  concatenate: (tensors, axis) =>
    tensors.length === 1 ? (tensors[0] as Tensor) : concatenate(tensors, axis),
  split(tensor, lengths, axis) {
    let end = 0;
    const ends = lengths.map((length) => (end += length));
    return tensor.splitAt(ends.slice(0, -1), axis);
  },
  compute: (tensors, { tensors: result }) => [...result(tensors)],
};
