// The tensors in unpickled data: the dictionary that a program saved, at the top or under a usual name.
// Checks that each lies within its storage; where storages are in the file, header.ts knows.
import {
  isKind,
  type PickledMap,
  type PickledTensor,
  type PickledValue,
  PickleProblem,
} from "./values.ts";

/** Under which training programs put the weights beside other things. */
const USUAL = ["state_dict", "model_state_dict", "model", "module"];

const MOST_DIMENSIONS = 8;

function tensorsIn(value: PickledValue | undefined): [string, PickledTensor][] {
  if (!(value instanceof Map)) return [];
  return [...value].flatMap(([name, tensor]): [string, PickledTensor][] =>
    typeof name === "string" && isKind(tensor, "tensor") ? [[name, tensor]] : [],
  );
}

/** @throws PickleProblem when there is no dictionary of tensors, or one of them lies outside its storage. */
export function stateOf(value: PickledValue): Map<string, PickledTensor> {
  const places = value instanceof Map ? USUAL.map((name) => (value as PickledMap).get(name)) : [];
  const found = [value, ...places].map(tensorsIn).find((tensors) => tensors.length > 0);
  if (found === undefined) throw new PickleProblem("it holds no dictionary of tensors");
  for (const [name, tensor] of found) {
    const problem = problemOf(tensor);
    if (problem !== undefined) throw new PickleProblem(`tensor ${JSON.stringify(name)} ${problem}`);
  }
  return new Map(found);
}

function problemOf({ shape, strides, offset, storage }: PickledTensor): string | undefined {
  if (shape.length > MOST_DIMENSIONS) return `has ${shape.length} dimensions`;
  if (shape.includes(0)) return undefined;
  const last = shape.reduce(
    (sum, length, axis) => sum + (length - 1) * (strides[axis] ?? 0),
    offset,
  );
  if (last < storage.count) return undefined;
  return `goes on beyond its storage of ${storage.count} numbers`;
}

/** Axes in the order in which the numbers lie in the file, outermost first. */
function axesAsStored({ shape, strides }: PickledTensor): number[] {
  const axes = shape.map((_, axis) => axis);
  return axes.toSorted((a, b) => (strides[b] ?? 0) - (strides[a] ?? 0) || a - b);
}

/**
 * Numbers without gaps, in whichever order of axes they lie: `stored` is the shape they have in the file, and axis i of
 * the tensor is axis `axes[i]` of it. Undefined where they lie apart, as those of a slice do.
 */
export function layoutOf(tensor: PickledTensor): { stored: number[]; axes: number[] } | undefined {
  const { shape, strides } = tensor;
  const order = axesAsStored(tensor);
  let next = 1;
  for (const axis of order.toReversed()) {
    const length = shape[axis] ?? 1;
    if (length !== 1 && strides[axis] !== next) return undefined;
    next *= length;
  }
  return {
    stored: order.map((axis) => shape[axis] ?? 1),
    axes: shape.map((_, axis) => order.indexOf(axis)),
  };
}
