// valueAndGrad, vjp, checkpoint and customVjp over JavaScript callbacks: what they return, nesting, refusals.
// Gradients of the ops are in gradients.test.ts, throws and scopes in callbacks.test.ts, compilation in compile.test.ts.
import { describe, expect, test } from "vitest";
import type { ArrayFunction, Handle } from "../../src/mx/binding.ts";
import { errorOf, first, floats, mx, normal, numbers, scopedTests } from "./addon.ts";
import { expectGradients, weighted } from "./gradients.ts";

scopedTests();

const sum = (a: Handle): Handle => mx.sum(a, null, false);
const cube: ArrayFunction = ([x]) => [mx.multiply(x as Handle, mx.square(x as Handle))];
const total =
  (fn: ArrayFunction): ArrayFunction =>
  (inputs) => [sum(first(fn(inputs)))];

describe("valueAndGrad", () => {
  test("returns all outputs, then a gradient for each argnum in order", () => {
    const [x, y] = [floats([1, 2]), floats([3, 4])];
    const fn: ArrayFunction = ([a, b]) => [sum(mx.multiply(a as Handle, b as Handle)), b as Handle];
    const results = mx.valueAndGrad(fn, [x, y], [1, 0]);
    expect(results.map(numbers)).toEqual([[11], [3, 4], [1, 2], [3, 4]]);
  });

  test("gives zeros for an input that the loss does not use", () => {
    const results = mx.valueAndGrad(
      ([a]) => [sum(a as Handle)],
      [floats([1]), floats([5, 6])],
      [1],
    );
    expect(results.map(numbers)).toEqual([[1], [0, 0]]);
  });

  test("of itself gives second derivatives", () => {
    const slope: ArrayFunction = (inputs) => [
      sum(mx.valueAndGrad(total(cube), inputs, [0])[1] as Handle),
    ];
    expect(numbers(mx.valueAndGrad(slope, [floats([1, 2, 3])], [0])[1] as Handle)).toEqual([
      6, 12, 18,
    ]);
  });

  test("does not look through stopGradient", () => {
    const fn: ArrayFunction = ([a]) => [
      sum(mx.multiply(a as Handle, mx.stopGradient(a as Handle))),
    ];
    expect(numbers(mx.valueAndGrad(fn, [floats([3, 4])], [0])[1] as Handle)).toEqual([3, 4]);
  });

  test.each<[string, () => unknown]>([
    ["a loss that is no scalar", () => mx.valueAndGrad(([a]) => [a as Handle], [floats([1])], [0])],
    ["no outputs", () => mx.valueAndGrad(() => [], [floats([1])], [0])],
    ["no argnums", () => mx.valueAndGrad(total(cube), [floats([1])], [])],
    ["an argnum past the inputs", () => mx.valueAndGrad(total(cube), [floats([1])], [1])],
    ["an argnum named twice", () => mx.valueAndGrad(total(cube), [floats([1])], [0, 0])],
    [
      "a callback without a result",
      () => mx.valueAndGrad((() => undefined) as never, [floats([1])], [0]),
    ],
    ["a promise", () => mx.valueAndGrad((async () => []) as never, [floats([1])], [0])],
    ["no function", () => mx.valueAndGrad(1 as never, [floats([1])], [0])],
    ["too few cotangents", () => mx.vjp(cube, [floats([1])], [])],
    ["a cotangent of another shape", () => mx.vjp(cube, [floats([1, 2])], [floats([1, 2, 3])])],
    [
      "too few gradients",
      () =>
        mx.valueAndGrad(
          total((i) => mx.customVjp(cube, () => [], i)),
          [floats([1])],
          [0],
        ),
    ],
  ])("refuses %s", (_what, body) => {
    expect(errorOf(body).code).toMatch(/^FT-NATIVE-(ARGUMENT|OP)$/);
  });
});

test("an array is traced inside a function that is differentiated by it", () => {
  const seen: boolean[] = [];
  const loss: ArrayFunction = ([x]) => {
    seen.push(...[mx.sin(x as Handle), floats([1])].map((one) => mx.isTraced(one)));
    return [mx.sum(x as Handle, null, false)];
  };
  mx.valueAndGrad(loss, [floats([1, 2])], [0]);
  loss([floats([1, 2])]);
  expect(seen).toEqual([true, false, false, false]);
});

test("vjp returns outputs and the cotangents' pull-back", () => {
  const { outputs, gradients } = mx.vjp(cube, [floats([1, 2])], [floats([1, 10])]);
  expect(outputs.map(numbers)).toEqual([[1, 8]]);
  expect(gradients.map(numbers)).toEqual([[3, 120]]);
});

describe("checkpoint", () => {
  const block: ArrayFunction = ([x, w]) => {
    const h = mx.tanh(mx.matmul(x as Handle, w as Handle));
    return [mx.matmul(h, mx.transpose(w as Handle, null)), mx.mean(h, -1, false)];
  };

  test("gives the same values and gradients as the plain function, bit for bit", () => {
    const inputs = [normal([3, 4], 1), normal([4, 5], 2)];
    const plain = mx.valueAndGrad(weighted(block), inputs, [0, 1]);
    const again = mx.valueAndGrad(
      weighted((i) => mx.checkpoint(block, i)),
      inputs,
      [0, 1],
    );
    expect(again.map(numbers)).toEqual(plain.map(numbers));
  });

  test("calls the function again for the gradient, and once without one", () => {
    let calls = 0;
    const counted: ArrayFunction = (inputs) => (calls++, cube(inputs));
    numbers(first(mx.checkpoint(counted, [floats([1])])));
    expect(calls).toBe(1);
    mx.valueAndGrad(
      total((i) => mx.checkpoint(counted, i)),
      [floats([1])],
      [0],
    );
    expect(calls).toBe(3);
  });

  test("may hold another checkpoint and a gradient", () => {
    const inner: ArrayFunction = (i) => mx.checkpoint(cube, i);
    const outer: ArrayFunction = (i) => mx.checkpoint((j) => cube(inner(j)), i);
    const [, gradient] = mx.valueAndGrad(total(outer), [floats([1, 2])], [0]);
    expect(numbers(gradient as Handle)).toEqual([9, 9 * 256]);
    const slope: ArrayFunction = (i) =>
      mx.checkpoint((j) => mx.valueAndGrad(total(cube), j, [0]).slice(1), i);
    expect(numbers(first(slope([floats([2])])))).toEqual([12]);
  });

  test("refuses an array of the enclosing callback that is not among its inputs", () => {
    // Taken as a constant it would cost its gradient silently; its handle is gone when the function runs again.
    const capturing: ArrayFunction = ([x]) => {
      const h = mx.exp(x as Handle);
      return mx.checkpoint(([y]) => [sum(mx.multiply(y as Handle, h))], [x as Handle]);
    };
    expect(errorOf(() => mx.valueAndGrad(capturing, [floats([1])], [0])).code).toBe(
      "FT-NATIVE-HANDLE",
    );
  });

  test("made in a callback that is long over still finds its function", () => {
    const [value, kept] = mx.valueAndGrad(
      (i) => {
        const y = first(mx.checkpoint((j) => cube(j), i));
        return [sum(y), y];
      },
      [floats([2])],
      [0],
    );
    expect([numbers(value as Handle), numbers(kept as Handle)]).toEqual([[8], [8]]);
  });
});

describe("customVjp", () => {
  test("uses the given backward, with inputs, cotangents and outputs in that order", () => {
    let seen: number[][] = [];
    const backward: ArrayFunction = (all) => {
      expect(all.length).toBe(3);
      seen = all.map((a) => mx.shape(a));
      return [mx.multiply(all[1] as Handle, mx.full([], 100, "float32"))];
    };
    const fn: ArrayFunction = (i) => [
      sum(first(mx.customVjp(([x]) => [mx.sum(x as Handle, 0, false)], backward, i))),
    ];
    const wide: ArrayFunction = (i) => fn([first(i)]);
    const [value, gradient] = mx.valueAndGrad(wide, [floats([1, 2, 3, 4], [2, 2])], [0]);
    expect(numbers(value as Handle)).toEqual([10]);
    expect(seen).toEqual([[2, 2], [2], [2]]);
    // Broadcast to the input: each entry of a column takes the cotangent of its sum.
    expect(numbers(gradient as Handle)).toEqual([100, 100, 100, 100]);
  });

  test("with the true backward equals the plain function", () => {
    const backward: ArrayFunction = ([x, c]) => [
      mx.multiply(mx.multiply(c as Handle, mx.square(x as Handle)), mx.full([], 3, "float32")),
    ];
    expectGradients((i) => mx.customVjp(cube, backward, i), [normal([4], 1)]);
  });
});
