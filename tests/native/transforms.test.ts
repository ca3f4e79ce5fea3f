// valueAndGrad, vjp, checkpoint and customVjp over JavaScript callbacks: gradients, nesting, throws, leaks.
// Compilation has its own file, because it needs its own process settings.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ArrayFunction, Handle } from "../../src/mx/binding.ts";
import { errorOf, first, floats, integers, leakless, mx, normal, numbers } from "./addon.ts";
import { expectGradients, weighted } from "./gradients.ts";

let before = 0;
beforeEach(() => {
  before = mx.liveHandles();
  mx.scopeBegin();
});
afterEach(() => {
  mx.scopeEnd([]);
  expect(mx.liveHandles()).toBe(before);
});

const sum = (a: Handle): Handle => mx.sum(a, null, false);
const cube: ArrayFunction = ([x]) => [mx.multiply(x as Handle, mx.square(x as Handle))];
const total = (fn: ArrayFunction): ArrayFunction => (inputs) => [sum(first(fn(inputs)))];

type Gradable = [name: string, fn: (...inputs: Handle[]) => Handle | Handle[], shapes: number[][], argnums?: number[]];

const positive = (a: Handle): Handle => mx.add(mx.square(a), mx.full([], 0.5, "float32"));
const gradable: Gradable[] = [
  ["exp", (a) => mx.exp(a), [[2, 3]]],
  ["expm1", (a) => mx.expm1(a), [[3]]],
  ["log", (a) => mx.log(positive(a)), [[3]]],
  ["log1p", (a) => mx.log1p(positive(a)), [[3]]],
  ["sqrt", (a) => mx.sqrt(positive(a)), [[3]]],
  ["rsqrt", (a) => mx.rsqrt(positive(a)), [[3]]],
  ["reciprocal", (a) => mx.reciprocal(positive(a)), [[3]]],
  ["tanh, erf, sigmoid, sin, cos", (a) => [mx.tanh(a), mx.erf(a), mx.sigmoid(a), mx.sin(a), mx.cos(a)], [[4]]],
  ["arithmetic with broadcasting", (a, b) => mx.divide(mx.subtract(mx.multiply(a, b), a), positive(b)), [[2, 1, 3], [4, 1]]],
  ["power", (a, b) => mx.power(positive(a), b), [[3], [3]]],
  ["where", (a, b) => mx.where(mx.greater(integers([1, 0, 1]), integers([0, 0, 0])), a, b), [[3], [3]]],
  ["maximum, minimum, clip", (a, b) => [mx.maximum(a, b), mx.minimum(a, b), mx.clip(a, -0.3, 0.3)], [[5], [5]]],
  ["logaddexp", (a, b) => mx.logaddexp(a, b), [[3], [3]]],
  ["sum, mean, variance", (a) => [mx.sum(a, 0, false), mx.mean(a, 1, false), mx.variance(a, null, false)], [[3, 4]]],
  ["max, min, prod", (a) => [mx.max(a, 0, false), mx.min(a, 1, false), mx.prod(a, 1, true)], [[3, 4]]],
  ["logsumexp, softmax, norm", (a) => [mx.logsumexp(a, -1, false), mx.softmax(a, -1, true), mx.norm(a, -1, false)], [[3, 4]]],
  ["cumsum", (a) => mx.cumsum(a, 1, true, false), [[2, 4]]],
  ["matmul", (a, b) => mx.matmul(a, b), [[2, 3, 4], [4, 2]]],
  ["addmm", (c, a, b) => mx.addmm(c, a, b, 0.5, 2), [[2], [3, 4], [4, 2]]],
  ["shapes", (a) => [mx.transpose(mx.reshape(a, [4, 3]), null), mx.pad(a, [1, 0], [0, 2], 0), mx.repeat(a, 2, 1)], [[3, 4]]],
  ["concatenate, stack, split", (a, b) => [mx.concatenate([a, b], 0), mx.stack([a, b], 1), ...mx.split(a, 2, 1)], [[3, 4], [3, 4]]],
  ["slice, sliceUpdate", (a, b) => [mx.slice(a, [0, 1], [3, 4], [2, 1]), mx.sliceUpdate(a, b, [1, 0], [3, 2], [1, 1])], [[3, 4], [2, 2]]],
  ["take, takeAlongAxis", (a) => [mx.take(a, integers([2, 0, 2]), 0), mx.takeAlongAxis(a, integers([1, 0, 3], [3, 1]), 1)], [[3, 4]]],
  ["rmsNorm", (x, w) => mx.rmsNorm(x, w, 1e-5), [[2, 6], [6]]],
  ["layerNorm", (x, w, b) => mx.layerNorm(x, w, b, 1e-5), [[2, 6], [6], [6]]],
  ["rope", (x) => mx.rope(x, 4, false, 10000, 1, 3, null), [[1, 2, 3, 4]]],
  ["attention", (q, k, v) => mx.scaledDotProductAttention(q, k, v, 0.5, "causal", null), [[1, 4, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]]],
  ["linear", (x, w, b) => mx.linear(x, w, b), [[2, 4], [3, 4], [3]]],
  ["loraLinear", (x, w, a, b) => mx.loraLinear(x, w, null, a, b, 1.5, 0, null), [[2, 4], [3, 4], [4, 2], [2, 3]]],
  ["loraLinear with dropout", (x, w, c, a, b) => mx.loraLinear(x, w, c, a, b, 1.5, 0.5, mx.randomKey(3)), [[2, 4], [3, 4], [3], [4, 2], [2, 3]]],
  ["crossEntropy", (x) => mx.crossEntropy(x, integers([1, 4, 0])), [[3, 5]]],
  ["swiglu", (g, u) => mx.swiglu(g, u), [[2, 5], [2, 5]]],
];

describe("gradients equal finite differences:", () => {
  test.each(gradable)("%s", (_name, fn, shapes, argnums) => {
    const inputs = shapes.map((shape, index) => normal(shape, index + 11));
    expectGradients((tracers) => [fn(...tracers)].flat(), inputs, argnums);
  });
});

describe("valueAndGrad", () => {
  test("returns all outputs, then a gradient for each argnum in order", () => {
    const [x, y] = [floats([1, 2]), floats([3, 4])];
    const fn: ArrayFunction = ([a, b]) => [sum(mx.multiply(a as Handle, b as Handle)), b as Handle];
    const results = mx.valueAndGrad(fn, [x, y], [1, 0]);
    expect(results.map(numbers)).toEqual([[11], [3, 4], [1, 2], [3, 4]]);
  });

  test("gives zeros for an input that the loss does not use", () => {
    const results = mx.valueAndGrad(([a]) => [sum(a as Handle)], [floats([1]), floats([5, 6])], [1]);
    expect(results.map(numbers)).toEqual([[1], [0, 0]]);
  });

  test("of itself gives second derivatives", () => {
    const slope: ArrayFunction = (inputs) => [sum(mx.valueAndGrad(total(cube), inputs, [0])[1] as Handle)];
    expect(numbers(mx.valueAndGrad(slope, [floats([1, 2, 3])], [0])[1] as Handle)).toEqual([6, 12, 18]);
  });

  test("does not look through stopGradient", () => {
    const fn: ArrayFunction = ([a]) => [sum(mx.multiply(a as Handle, mx.stopGradient(a as Handle)))];
    expect(numbers(mx.valueAndGrad(fn, [floats([3, 4])], [0])[1] as Handle)).toEqual([3, 4]);
  });

  test.each<[string, () => unknown]>([
    ["a loss that is no scalar", () => mx.valueAndGrad(([a]) => [a as Handle], [floats([1])], [0])],
    ["no outputs", () => mx.valueAndGrad(() => [], [floats([1])], [0])],
    ["no argnums", () => mx.valueAndGrad(total(cube), [floats([1])], [])],
    ["an argnum past the inputs", () => mx.valueAndGrad(total(cube), [floats([1])], [1])],
    ["an argnum named twice", () => mx.valueAndGrad(total(cube), [floats([1])], [0, 0])],
    ["a callback without a result", () => mx.valueAndGrad((() => undefined) as never, [floats([1])], [0])],
    ["a promise", () => mx.valueAndGrad((async () => []) as never, [floats([1])], [0])],
    ["no function", () => mx.valueAndGrad(1 as never, [floats([1])], [0])],
    ["too few cotangents", () => mx.vjp(cube, [floats([1])], [])],
    ["a cotangent of another shape", () => mx.vjp(cube, [floats([1, 2])], [floats([1, 2, 3])])],
    ["too few gradients", () => mx.valueAndGrad(total((i) => mx.customVjp(cube, () => [], i)), [floats([1])], [0])],
  ])("refuses %s", (_what, body) => {
    expect(errorOf(body).code).toMatch(/^FT-NATIVE-(ARGUMENT|OP)$/);
  });
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
    const again = mx.valueAndGrad(weighted((i) => mx.checkpoint(block, i)), inputs, [0, 1]);
    expect(again.map(numbers)).toEqual(plain.map(numbers));
  });

  test("calls the function again for the gradient, and once without one", () => {
    let calls = 0;
    const counted: ArrayFunction = (inputs) => (calls++, cube(inputs));
    numbers(first(mx.checkpoint(counted, [floats([1])])));
    expect(calls).toBe(1);
    mx.valueAndGrad(total((i) => mx.checkpoint(counted, i)), [floats([1])], [0]);
    expect(calls).toBe(3);
  });

  test("may hold another checkpoint and a gradient", () => {
    const inner: ArrayFunction = (i) => mx.checkpoint(cube, i);
    const outer: ArrayFunction = (i) => mx.checkpoint((j) => cube(inner(j)), i);
    const [, gradient] = mx.valueAndGrad(total(outer), [floats([1, 2])], [0]);
    expect(numbers(gradient as Handle)).toEqual([9, 9 * 256]);
    const slope: ArrayFunction = (i) => mx.checkpoint((j) => mx.valueAndGrad(total(cube), j, [0]).slice(1), i);
    expect(numbers(first(slope([floats([2])])))).toEqual([12]);
  });

  test("refuses an array of the enclosing callback that is not among its inputs", () => {
    // Taken as a constant it would cost its gradient silently; its handle is gone when the function runs again.
    const capturing: ArrayFunction = ([x]) => {
      const h = mx.exp(x as Handle);
      return mx.checkpoint(([y]) => [sum(mx.multiply(y as Handle, h))], [x as Handle]);
    };
    expect(errorOf(() => mx.valueAndGrad(capturing, [floats([1])], [0])).code).toBe("FT-NATIVE-HANDLE");
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
    const fn: ArrayFunction = (i) => [sum(first(mx.customVjp(([x]) => [mx.sum(x as Handle, 0, false)], backward, i)))];
    const wide: ArrayFunction = (i) => fn([first(i)]);
    const [value, gradient] = mx.valueAndGrad(wide, [floats([1, 2, 3, 4], [2, 2])], [0]);
    expect(numbers(value as Handle)).toEqual([10]);
    expect(seen).toEqual([[2, 2], [2], [2]]);
    expect(numbers(gradient as Handle)).toEqual([100, 100]);
  });

  test("with the true backward equals the plain function", () => {
    const backward: ArrayFunction = ([x, c]) => [
      mx.multiply(mx.multiply(c as Handle, mx.square(x as Handle)), mx.full([], 3, "float32")),
    ];
    expectGradients((i) => mx.customVjp(cube, backward, i), [normal([4], 1)]);
  });
});

describe("a throw inside a callback", () => {
  class Mine extends Error {
    readonly place = { deep: true };
  }

  const boom: ArrayFunction = () => {
    throw thrown;
  };
  let thrown: unknown;

  const throwing: [string, () => unknown][] = [
    ["valueAndGrad", () => mx.valueAndGrad(boom, [floats([1])], [0])],
    ["nested valueAndGrad", () => mx.valueAndGrad((i) => mx.valueAndGrad(boom, i, [0]), [floats([1])], [0])],
    ["vjp", () => mx.vjp(boom, [floats([1])], [floats([1])])],
    ["checkpoint", () => mx.checkpoint(boom, [floats([1])])],
    ["checkpoint in valueAndGrad", () => mx.valueAndGrad((i) => mx.checkpoint(boom, i), [floats([1])], [0])],
    ["checkpoint's second run", () => throwOnSecondRun()],
    ["customVjp's forward", () => mx.customVjp(boom, boom, [floats([1])])],
    ["customVjp's backward", () => mx.valueAndGrad(total((i) => mx.customVjp(cube, boom, i)), [floats([1])], [0])],
    ["compile", () => withCompiled(boom)],
    ["a scope left open", () => mx.valueAndGrad((i) => (mx.scopeBegin(), mx.scopeBegin(), boom(i)), [floats([1])], [0])],
  ];

  function throwOnSecondRun(): unknown {
    let runs = 0;
    const second: ArrayFunction = (i) => (++runs > 1 ? boom(i) : cube(i));
    return mx.valueAndGrad(total((i) => mx.checkpoint(second, i)), [floats([1])], [0]);
  }

  function withCompiled(fn: ArrayFunction): unknown {
    const id = mx.compile(fn, false);
    try {
      return mx.compiledCall(id, [floats([1])]);
    } finally {
      mx.compileFree(id);
    }
  }

  test.each(throwing)("of %s comes out as the same error; nothing leaks, all goes on", (_name, body) => {
    for (thrown of [new Mine("mine"), "text", 42, null]) {
      leakless(() => {
        let caught: unknown = "nothing";
        try {
          body();
        } catch (error) {
          caught = error;
        }
        expect(caught).toBe(thrown);
        expect(numbers(mx.valueAndGrad(total(cube), [floats([2])], [0])[1] as Handle)).toEqual([12]);
      });
    }
  });

  test("that is a native error keeps its code and the stack through the callback", () => {
    const error = errorOf(() =>
      mx.valueAndGrad(
        function inTheModel([x]) {
          return [mx.reshape(x as Handle, [7])];
        },
        [floats([1])],
        [0],
      ),
    );
    expect(error.code).toBe("FT-NATIVE-OP");
    expect(error.stack).toContain("inTheModel");
  });
});

describe("scopes in callbacks", () => {
  test("free what the callback made, its inputs too", () => {
    const seen: Handle[] = [];
    mx.valueAndGrad((i) => (seen.push(...i), total(cube)(i)), [floats([1])], [0]);
    for (const handle of seen) expect(errorOf(() => mx.shape(handle)).code).toBe("FT-NATIVE-HANDLE");
  });

  test("may be opened inside, but must be closed there", () => {
    const balanced: ArrayFunction = (i) => {
      mx.scopeBegin();
      const loss = first(total(cube)(i));
      mx.scopeEnd([loss]);
      return [loss];
    };
    expect(numbers(first(mx.valueAndGrad(balanced, [floats([2])], [0])))).toEqual([8]);
    const open: ArrayFunction = (i) => (mx.scopeBegin(), total(cube)(i));
    expect(errorOf(() => mx.valueAndGrad(open, [floats([2])], [0])).code).toBe("FT-NATIVE-SCOPE");
    const closing: ArrayFunction = (i) => (mx.scopeEnd([]), total(cube)(i));
    expect(errorOf(() => mx.valueAndGrad(closing, [floats([2])], [0])).code).toBe("FT-NATIVE-SCOPE");
  });

  test("a callback may return arrays made outside, and free its inputs", () => {
    const outside = mx.sum(floats([1, 2]), null, false);
    expect(numbers(first(mx.valueAndGrad(() => [outside], [floats([1])], [0])))).toEqual([3]);
    const freeing: ArrayFunction = (i) => {
      const loss = total(cube)(i);
      mx.free(i);
      return loss;
    };
    expect(numbers(mx.valueAndGrad(freeing, [floats([2])], [0])[1] as Handle)).toEqual([12]);
  });
});
