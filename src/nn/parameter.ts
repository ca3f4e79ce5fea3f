// How a layer's parameters begin: as shapes. Zeros or ones are made only where something asks for their values.
// Loading and drawing replace them; a model that is only measured never has any.
import { deferred, type Dtype, full, type Shape, type Tensor } from "../mx/index.ts";

/** Parameters that may still be made in the build that is going on. */
let left = Number.POSITIVE_INFINITY;
let refuse: () => Error = () => new RangeError("too many parameters");

/** A parameter that begins as zeros, or as ones. */
export function parameter(shape: Shape, value: 0 | 1 = 0, dtype: Dtype = "float32"): Tensor {
  left -= 1;
  if (left < 0) throw refuse();
  return deferred(shape, dtype, () => full(shape, value, dtype));
}

/** Runs `build`, and throws what `refused` makes as soon as it has more than `limit` parameters. */
export function withParameterLimit<T>(limit: number, refused: () => Error, build: () => T): T {
  const before = { left, refuse };
  [left, refuse] = [limit, refused];
  try {
    return build();
  } finally {
    ({ left, refuse } = before);
  }
}
