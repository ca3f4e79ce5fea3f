// How far what one side computed is from the other, layer by layer, and which layer departs first.
// Works on numbers alone: knows no model, no tensor and no file.

/** What a layer gave: numbers in row-major order. */
export interface Values {
  shape: readonly number[];
  values: Float32Array;
}

/** Results by layer name, in the order in which they were ready. */
export type Trace = ReadonlyMap<string, Values>;

export interface Difference {
  layer: string;
  /** Largest absolute difference over the largest absolute value expected; infinite where they cannot be compared. */
  relative: number;
  tolerance: number;
  /** What else there is to say: the first token that departs, shapes that do not fit. */
  note: string;
}

export const departs = ({ relative, tolerance }: Difference): boolean => !(relative <= tolerance);

const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((size, length) => size * length, 1);

const largestOf = (values: Float32Array): number =>
  values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);

/** Where the numbers are further apart than `limit`, and the largest distance; no number is as far as can be. */
function distances(actual: Float32Array, expected: Float32Array, limit: number) {
  let [largest, first] = [0, -1];
  for (const [index, wanted] of expected.entries()) {
    const apart = Math.abs((actual[index] ?? Number.NaN) - wanted);
    const distance = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
    if (distance > limit && first < 0) first = index;
    largest = Math.max(largest, distance);
  }
  return { largest, first };
}

/** Largest absolute difference over the largest absolute value of `expected`. The sizes must be equal. */
export function relativeDistance(actual: Float32Array, expected: Float32Array): number {
  const scale = largestOf(expected);
  const { largest } = distances(actual, expected, 0);
  return scale === 0 ? largest : largest / scale;
}

/** L2 norm of the difference over that of `expected`. The sizes must be equal. */
export function relativeNorm(actual: Float32Array, expected: Float32Array): number {
  let [apart, whole] = [0, 0];
  for (const [index, wanted] of expected.entries()) {
    apart += ((actual[index] ?? Number.NaN) - wanted) ** 2;
    whole += wanted ** 2;
  }
  return Math.sqrt(whole === 0 ? apart : apart / whole);
}

/** (a, b, c, d) → (a, c, b, d). */
function middleAxesSwapped({ shape, values }: Values): Values {
  const [outer = 1, rows = 1, columns = 1, inner = 1] = shape;
  const swapped = new Float32Array(values.length);
  for (let index = 0; index < outer * rows * columns; index++) {
    const [row, column] = [Math.floor(index / columns) % rows, index % columns];
    const block = Math.floor(index / (rows * columns));
    const to = (block * columns + column) * rows + row;
    swapped.set(values.subarray(index * inner, (index + 1) * inner), to * inner);
  }
  return { shape: [outer, columns, rows, inner], values: swapped };
}

const sameShape = (a: Values, b: Values): boolean => a.shape.join() === b.shape.join();

/**
 * `actual` in the layout of `expected`, where it differs in ways that mean nothing: heads before or after positions,
 * batch and positions as one axis. Undefined where the sizes differ.
 */
function inLayoutOf(expected: Values, actual: Values): Values | undefined {
  if (sameShape(actual, expected)) return actual;
  if (sizeOf(actual.shape) !== sizeOf(expected.shape)) return undefined;
  if (actual.shape.length !== 4 || expected.shape.length !== 4) return actual;
  const swapped = middleAxesSwapped(actual);
  return sameShape(swapped, expected) ? swapped : actual;
}

/** Of (batch, length, …): the first token, of any row, that is further away than `limit`. */
function firstToken(actual: Values, expected: Values, limit: number): number | undefined {
  const [batch = 1, length = 1, ...rest] = expected.shape;
  if (rest.length === 0) return undefined;
  const size = sizeOf(rest);
  for (let token = 0; token < length; token++) {
    for (let row = 0; row < batch; row++) {
      const at = (row * length + token) * size;
      const [own, wanted] = [actual, expected].map(({ values }) => values.subarray(at, at + size));
      if (distances(own as Float32Array, wanted as Float32Array, limit).first >= 0) return token;
    }
  }
  return undefined;
}

export function compareValues(
  layer: string,
  actual: Values,
  expected: Values,
  tolerance: number,
): Difference {
  const fitting = inLayoutOf(expected, actual);
  if (fitting === undefined) {
    const note = `shape ${actual.shape.join("×")}, expected ${expected.shape.join("×")}`;
    return { layer, relative: Number.POSITIVE_INFINITY, tolerance, note };
  }
  const relative = relativeDistance(fitting.values, expected.values);
  const found = { layer, relative, tolerance, note: "" };
  if (!departs(found)) return found;
  const token = firstToken(fitting, expected, tolerance * largestOf(expected.values));
  return { ...found, note: token === undefined ? "" : `from token ${token}` };
}

/** The layers that both have, in the order of `actual`. */
export function compareTraces(actual: Trace, expected: Trace, tolerance: number): Difference[] {
  return [...actual].flatMap(([layer, own]) => {
    const wanted = expected.get(layer);
    return wanted === undefined ? [] : [compareValues(layer, own, wanted, tolerance)];
  });
}
