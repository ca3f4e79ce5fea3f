// What would crash MLX, or make it read and write memory that is not its own: each is refused, or answered with NaN.
// Bad handles are handles.test.ts's, and wrong types of arguments data.test.ts's.
import { describe, expect, test } from "vitest";
import type { Dtype, Handle } from "../../src/mx/binding.ts";
import { errorOf, first, floats, integers, mx, normal, numbers, scopedTests } from "./addon.ts";

scopedTests();

const ones = (shape: number[], dtype: Dtype = "float32"): Handle => mx.full(shape, 1, dtype);

describe("memory that cannot be had", () => {
  // More than the addresses of a process, so that no setting of the system lets it pass.
  const tooLarge = (): Handle => mx.full([2 ** 31 - 1, 2 ** 16], 1, "float32");

  test.skipIf(process.platform === "darwin").each<[string, () => unknown]>([
    ["eval", () => mx.eval([tooLarge()])],
    ["asyncEval", () => mx.asyncEval([tooLarge()])],
    ["item", () => mx.item(mx.sum(mx.exp(tooLarge()), null, false))],
    ["toMemory", () => mx.toMemory(tooLarge())],
  ])("is told by %s, and leaves the figures and what follows right", (_op, body) => {
    const before = mx.memory().activeBytes;
    const error = errorOf(body);
    expect([error.code, error.message]).toEqual([
      "FT-NATIVE-MEMORY",
      expect.stringContaining("cannot allocate 562949953159168 bytes"),
    ]);
    expect(mx.memory().activeBytes - before).toBeLessThan(1000);
    expect(mx.memory().peakBytes).toBeLessThan(2 ** 40);
    expect(mx.item(mx.sum(mx.matmul(ones([3, 3]), ones([3, 3])), null, false))).toBe(27);
  });
});

describe("indices that lie elsewhere than their order", () => {
  // Evaluated, so that they are known; strided or broadcast, so that they are not one run of memory.
  const known = (handle: Handle): Handle => {
    mx.eval([handle]);
    return handle;
  };
  const bad: [string, () => Handle][] = [
    ["transposed", () => known(mx.transpose(integers([0, 1, 2, 2 ** 30], [2, 2]), null))],
    ["every second", () => known(mx.slice(integers([0, 9, 2 ** 30, 9]), [0], [4], [2]))],
    ["backwards", () => known(mx.slice(integers([-(2 ** 30), 1]), [1], [-3], [-1]))],
    ["broadcast", () => known(mx.broadcastTo(integers([2 ** 30], [1]), [4]))],
  ];

  test.each(bad)("%s: take refuses one outside its axis", (_how, indices) => {
    const error = errorOf(() => mx.take(floats([1, 2, 3]), indices(), 0));
    expect(error.code).toBe("FT-NATIVE-ARGUMENT");
    expect(error.message).toContain("is outside an axis of 3");
  });

  test("good ones are taken", () => {
    const indices = known(mx.transpose(integers([0, 1, 2, -1], [2, 2]), null));
    expect(numbers(mx.take(floats([5, 6, 7]), indices, 0))).toEqual([5, 7, 6, 7]);
  });
});

describe.each<Dtype>(["float32", "bfloat16"])("targets of crossEntropy over %s", (dtype) => {
  const logits = (): Handle => mx.astype(normal([4, 5], 3), dtype);
  /** Computed when the loss is: nobody can look at them before. */
  const lazy = (values: bigint[], type: Dtype): Handle => {
    const whole = mx.fromMemory(BigInt64Array.from(values), [values.length], "int64");
    return mx.astype(mx.add(whole, mx.full([1], 0, "int64")), type);
  };

  test.each<[string, bigint[], Dtype]>([
    ["negative", [-1n, -5n, -3n, -2n], "int64"],
    ["negative int32", [-1n, -5n, -3n, -2n], "int32"],
  ])("%s count from the end", (_what, values, type) => {
    const plain = numbers(mx.crossEntropy(logits(), integers([4, 0, 2, 3])));
    expect(numbers(mx.crossEntropy(logits(), lazy(values, type)))).toEqual(plain);
    expect(numbers(mx.crossEntropy(logits(), integers(values.map(Number))))).toEqual(plain);
  });

  test.each<[string, bigint, Dtype]>([
    ["a class too far", 5n, "int32"],
    ["one before the first", -6n, "int32"],
    ["far outside", -100_000_000n, "int32"],
    ["what 32 bits would wrap to a class", 2n ** 32n + 1n, "int64"],
    ["the same, negative", -(2n ** 32n) + 1n, "int64"],
    ["the last of uint32", 2n ** 32n - 1n, "uint32"],
    ["the last of uint64", -1n, "uint64"],
  ])("%s gives NaN, and leaves the other rows alone", (_what, value, type) => {
    const loss = (x: Handle): Handle => mx.crossEntropy(x, lazy([1n, value, 2n, value], type));
    expect(numbers(loss(logits())).map(Number.isNaN)).toEqual([false, true, false, true]);
    // The last row does not count.
    const counted = mx.greater(floats([1, 1, 1, 0]), floats([0]));
    const total = ([x = 0]: Handle[]): Handle[] => [
      mx.sum(mx.where(counted, loss(x), floats([0])), null, false),
    ];
    const [, gradient = 0] = mx.valueAndGrad(total, [logits()], [0]);
    const rows = numbers(gradient);
    expect([...rows.slice(0, 5), ...rows.slice(10, 15)].every(Number.isFinite)).toBe(true);
    expect(rows.slice(15)).toEqual([0, 0, 0, 0, 0]);
  });

  test("of another shape than the logits' rows are refused", () => {
    for (const targets of [integers([0, 1, 2, 3, 4]), integers([0, 1, 2]), integers([0], [1, 1])])
      expect(errorOf(() => mx.crossEntropy(logits(), targets)).code).toBe("FT-NATIVE-ARGUMENT");
  });
});

describe("gradients that are not like their values", () => {
  const fused: [string, (x: Handle) => Handle][] = [
    ["swiglu", (x) => mx.swiglu(x, x)],
    ["crossEntropy", (x) => mx.crossEntropy(x, integers(Array.from({ length: 64 }, () => 3)))],
    [
      "attention",
      (x) => {
        const heads = mx.reshape(x, [1, 1, 64, 64]);
        return mx.scaledDotProductAttention(heads, heads, heads, 0.1, "causal", null);
      },
    ],
  ];

  test.each(fused)("%s takes a cotangent of another dtype", (_name, fn) => {
    const x = normal([64, 64], 2);
    const shape = mx.shape(fn(x));
    const pull = (dtype: Dtype): number[] =>
      numbers(first(mx.vjp(([y = 0]) => [fn(y)], [x], [mx.full(shape, 1, dtype)]).gradients));
    expect(pull("float16")).toEqual(pull("float32"));
    expect(pull("int32")).toEqual(pull("float32"));
  });

  const through = (shape: number[], dtype: Dtype): Handle[] => {
    const custom = (x: Handle): Handle =>
      first(
        mx.customVjp(
          ([y = 0]) => [mx.sin(y)],
          () => [mx.full(shape, 1, dtype)],
          [x],
        ),
      );
    const loss = ([x = 0]: Handle[]): Handle[] => [mx.sum(custom(mx.swiglu(x, x)), null, false)];
    return mx.valueAndGrad(loss, [normal([1000], 4)], [0]);
  };

  test("customVjp casts and broadcasts what backward returned", () => {
    const wanted = numbers(through([1000], "float32")[1] ?? 0);
    expect(numbers(through([1000], "float16")[1] ?? 0)).toEqual(wanted);
    expect(numbers(through([1], "float32")[1] ?? 0)).toEqual(wanted);
  });

  test("customVjp refuses another shape", () => {
    const error = errorOf(() => through([2], "float32"));
    expect(error.code).toBe("FT-NATIVE-ARGUMENT");
    expect(error.message).toContain("a gradient float32[2] for an input float32[1000]");
  });
});

describe("valueAndGrad", () => {
  const loss = ([a = 0, b = 0]: Handle[]): Handle[] => [
    mx.sum(mx.multiply(a, mx.square(b)), null, false),
  ];
  const inputs = (): Handle[] => [floats([2]), floats([3])];

  test("gives gradients in the order of argnums, negative ones too", () => {
    const gradients = (...argnums: number[]): number[] =>
      mx
        .valueAndGrad(loss, inputs(), argnums)
        .slice(1)
        .flatMap((one) => numbers(one));
    expect(gradients(0, 1)).toEqual([9, 12]);
    expect(gradients(1, 0)).toEqual([12, 9]);
    expect(gradients(-1, 0)).toEqual([12, 9]);
    expect(gradients(-2, -1)).toEqual([9, 12]);
  });

  test.each([[[2]], [[-3]], [[1, -1]], [[]]])("refuses argnums %j", (argnums) => {
    expect(errorOf(() => mx.valueAndGrad(loss, inputs(), argnums)).code).toBe("FT-NATIVE-ARGUMENT");
  });
});

test.each<[string, () => unknown]>([
  ["a slice that never moves", () => mx.slice(ones([4]), [0], [4], [0])],
  ["an update that never moves", () => mx.sliceUpdate(ones([4]), ones([4]), [0], [4], [0])],
  ["an integer that is not a number", () => mx.full([2], Number.NaN, "int32")],
  ["an infinite integer", () => mx.full([2], Infinity, "uint8")],
  ["an integer of more than 64 bits", () => mx.full([2], 2 ** 64, "uint64")],
  ["padding integers with NaN", () => mx.pad(ones([2], "int32"), [1], [1], Number.NaN)],
  ["two thousand million parts of nothing", () => mx.split(ones([0, 3]), 2 ** 31 - 1, 0)],
  ["as many keys", () => mx.randomSplit(mx.randomKey(1), 2 ** 31 - 1)],
  ["nothing, as 2^64 elements", () => mx.reshape(ones([0]), Array(4).fill(2 ** 16))],
  [
    "2^64 elements by broadcasting",
    () => {
      const wide = (...shape: number[]): Handle => mx.broadcastTo(ones([1]), shape);
      return mx.add(wide(2 ** 16, 2 ** 16, 1, 1), wide(1, 1, 2 ** 16, 2 ** 16));
    },
  ],
  [
    "attention over no heads",
    () => {
      const [q, k] = [ones([1, 2, 1, 4]), ones([1, 0, 1, 4])];
      return mx.scaledDotProductAttention(q, k, k, 1, "", null);
    },
  ],
  [
    "memory taken away while its shape is read",
    () => {
      const memory = new Float32Array(2 ** 20);
      const shape = [0];
      const get = (): number => {
        structuredClone(memory.buffer, { transfer: [memory.buffer] });
        return 2 ** 20;
      };
      return mx.fromMemory(memory, Object.defineProperty(shape, 0, { get }), "float32");
    },
  ],
  ["a list that claims to be long", () => mx.eval(Object.assign([], { length: 2 ** 32 - 1 }))],
])("refuses %s", (_what, body) => {
  expect(errorOf(body).code).toBe("FT-NATIVE-ARGUMENT");
});

test("the lowest integer can be divided by -1", () => {
  const lowest = mx.full([3], -(2 ** 31), "int32");
  const divisors = integers([-1, 2, -1]);
  const [wrapped, half] = numbers(mx.floorDivide(lowest, divisors));
  expect([wrapped, half]).toEqual([-(2 ** 31), -(2 ** 30)]);
});

test("integers of 64 bits reach to their ends", () => {
  expect(mx.item(mx.full([], 2 ** 63, "uint64"))).toBe(2 ** 63);
  expect(mx.item(mx.full([], -(2 ** 63), "int64"))).toBe(-(2 ** 63));
  expect(mx.item(mx.full([], -1, "uint8"))).toBe(255);
});

test("a gate at the end of float32 is shut", () => {
  const gates = floats([-3.4e38, -1e30, -88.5, -87]);
  const [end = 1, far = 1, near = 1, open = 0] = numbers(mx.swiglu(gates, ones([4])));
  expect([end, far, near].map(Math.abs)).toEqual([0, 0, 0]);
  expect(open).toBeCloseTo(-87 * Math.exp(-87), 42);
  const loss = ([x = 0]: Handle[]): Handle[] => [mx.sum(mx.swiglu(x, ones([4])), null, false)];
  const [, gradient = 0] = mx.valueAndGrad(loss, [gates], [0]);
  expect(numbers(gradient).slice(0, 3).map(Math.abs)).toEqual([0, 0, 0]);
});
