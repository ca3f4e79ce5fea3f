// Numerical gradients to compare MLX's with: central differences, one input element at a time.
// Float32 throughout, so the step is coarse and agreement is to about a thousandth.
import { expect } from "vitest";
import type { ArrayFunction, Handle } from "../../src/mx/binding.ts";
import { first, mx, numbers } from "./addon.ts";

const step = 1e-2;
// Error of a central difference: step² times the third derivative, plus float32's rounding over the step (1e-7 / 1e-2).
const tolerance = 2e-3;

/** A scalar from any outputs: weights that differ for each element, so that no two gradients can be mixed up. */
export function weighted(fn: ArrayFunction): ArrayFunction {
  return (inputs) => {
    const outputs = fn(inputs).map((output) => {
      const size = mx.shape(output).reduce((a, b) => a * b, 1);
      const weights = mx.reshape(mx.sin(mx.arange(1, size + 1, 1, "float32")), mx.shape(output));
      return mx.sum(mx.multiply(output, weights), null, false);
    });
    return [outputs.reduce((a, b) => mx.add(a, b))];
  };
}

function valueAt(
  fn: ArrayFunction,
  inputs: readonly Handle[],
  which: number,
  values: Float32Array,
): number {
  const moved = [...inputs];
  moved[which] = mx.fromMemory(values, mx.shape(inputs[which] as Handle), "float32");
  return mx.item(first(fn(moved)));
}

function differences(fn: ArrayFunction, inputs: readonly Handle[], which: number): number[] {
  const values = mx.toMemory(inputs[which] as Handle) as Float32Array;
  return Array.from(values, (value, index) => {
    const up = values.with(index, value + step);
    const down = values.with(index, value - step);
    return (valueAt(fn, inputs, which, up) - valueAt(fn, inputs, which, down)) / (2 * step);
  });
}

/** Compares the gradient of every float32 input of `fn` with differences. */
export function expectGradients(
  fn: ArrayFunction,
  inputs: readonly Handle[],
  argnums?: number[],
): void {
  const wanted = argnums ?? inputs.map((_, index) => index);
  const scalar = weighted(fn);
  const gradients = mx.valueAndGrad(scalar, inputs, wanted).slice(1);
  expect(gradients.length).toBe(wanted.length);
  wanted.forEach((which, place) => {
    const actual = numbers(gradients[place] as Handle);
    differences(scalar, inputs, which).forEach((difference, index) => {
      const allowed = tolerance * Math.max(1, Math.abs(difference));
      const gap = Math.abs((actual[index] ?? Number.NaN) - difference);
      if (!(gap <= allowed)) {
        expect.fail(
          `input ${which}, element ${index}: gradient ${actual[index]}, difference ${difference}`,
        );
      }
    });
  });
}
