// What happens inside a callback that MLX calls: throws of every kind, scopes, handles.
// After each, arrays must be as many as before and everything must still work.
import { describe, expect, test } from "vitest";
import type { ArrayFunction, Handle } from "../../src/mx/binding.ts";
import { errorOf, first, floats, leakless, mx, numbers, scopedTests } from "./addon.ts";

scopedTests();

const cube: ArrayFunction = ([x]) => [mx.multiply(x as Handle, mx.square(x as Handle))];
const total =
  (fn: ArrayFunction): ArrayFunction =>
  (inputs) => [mx.sum(first(fn(inputs)), null, false)];

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
    [
      "nested valueAndGrad",
      () => mx.valueAndGrad((i) => mx.valueAndGrad(boom, i, [0]), [floats([1])], [0]),
    ],
    ["vjp", () => mx.vjp(boom, [floats([1])], [floats([1])])],
    ["checkpoint", () => mx.checkpoint(boom, [floats([1])])],
    [
      "checkpoint in valueAndGrad",
      () => mx.valueAndGrad((i) => mx.checkpoint(boom, i), [floats([1])], [0]),
    ],
    ["checkpoint's second run", () => throwOnSecondRun()],
    ["customVjp's forward", () => mx.customVjp(boom, boom, [floats([1])])],
    [
      "customVjp's backward",
      () =>
        mx.valueAndGrad(
          total((i) => mx.customVjp(cube, boom, i)),
          [floats([1])],
          [0],
        ),
    ],
    ["compile", () => withCompiled(boom)],
    [
      "a scope left open",
      () => mx.valueAndGrad((i) => (mx.scopeBegin(), mx.scopeBegin(), boom(i)), [floats([1])], [0]),
    ],
  ];

  function throwOnSecondRun(): unknown {
    let runs = 0;
    const second: ArrayFunction = (i) => (++runs > 1 ? boom(i) : cube(i));
    return mx.valueAndGrad(
      total((i) => mx.checkpoint(second, i)),
      [floats([1])],
      [0],
    );
  }

  function withCompiled(fn: ArrayFunction): unknown {
    const id = mx.compile(fn, false);
    try {
      return mx.compiledCall(id, [floats([1])]);
    } finally {
      mx.compileFree(id);
    }
  }

  test.each(throwing)(
    "of %s comes out as the same error; nothing leaks, all goes on",
    (_name, body) => {
      for (thrown of [new Mine("mine"), "text", 42, null]) {
        leakless(() => {
          let caught: unknown = "nothing";
          try {
            body();
          } catch (error) {
            caught = error;
          }
          expect(caught).toBe(thrown);
          expect(numbers(mx.valueAndGrad(total(cube), [floats([2])], [0])[1] as Handle)).toEqual([
            12,
          ]);
        });
      }
    },
  );

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
    for (const handle of seen)
      expect(errorOf(() => mx.shape(handle)).code).toBe("FT-NATIVE-HANDLE");
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
    expect(errorOf(() => mx.valueAndGrad(closing, [floats([2])], [0])).code).toBe(
      "FT-NATIVE-SCOPE",
    );
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
