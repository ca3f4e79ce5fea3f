// Every op against the values Python MLX gives for the same arguments.
// tests/fixtures/native/make.py makes the values; an op without a case must be named below as tested elsewhere.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Binding, Dtype, Handle } from "../../src/mx/binding.ts";
import { memoryOf, mx, numbers, numbersIn, type Packed, scopedTests, unpack } from "./addon.ts";

interface Case {
  op: keyof Binding;
  args: unknown[];
  inputs: Packed[];
  expected: Packed[];
  list: boolean;
}

interface Scalar {
  value: number | boolean;
  like: Packed;
  /** Null where Python refuses: the number does not fit the dtype. */
  sum: Packed | null;
}

const fixtures = new URL("../fixtures/native/", import.meta.url);
const document = JSON.parse(readFileSync(new URL("ops.json", fixtures), "utf8")) as {
  mlx: string;
  scalars: Scalar[];
  tensors: Record<string, Packed>;
  cases: Case[];
};

const testedElsewhere = new Set([
  // addon.test.ts
  ...[
    "version",
    "setThreads",
    "threads",
    "deviceInfo",
    "setDefaultDevice",
    "synchronize",
    "memory",
    "resetPeakMemory",
  ],
  ...["clearCache", "setMemoryLimit", "setCacheLimit", "setWiredLimit"],
  // kernels.test.ts
  ...[
    "limitedAttention",
    "shapedAttention",
    "linearCrossEntropy",
    "linearCrossEntropySum",
    "adamw8bit",
  ],
  // scan.test.ts, models/recurrences.test.ts
  "selectiveScan",
  // adapters/dora.test.ts, adapters/pissa.test.ts
  ...["updatedNorm", "doraSum", "qr", "eigh"],
  // train/lost-workers.test.ts, cli/train/workers.test.ts
  ...["ringJoin", "ringCut", "allSum"],
  // contract/architectures.test.ts
  "setKernels",
  // handles.test.ts
  ...["liveHandles", "free", "scopeBegin", "scopeEnd", "retain", "replace"],
  // data.test.ts and below
  ...[
    "fromMemory",
    "toMemory",
    "item",
    "shape",
    "dtype",
    "nbytes",
    "eval",
    "asyncEval",
    "scalarLike",
  ],
  ...["loadSafetensors", "saveSafetensors"],
  // transforms.test.ts, compile.test.ts
  ...[
    "valueAndGrad",
    "vjp",
    "checkpoint",
    "customVjp",
    "isTraced",
    "depends",
    "compile",
    "compiledCall",
    "compileFree",
  ],
]);

// Allowed difference, absolute plus relative. Integers, booleans and random bits must agree exactly. Floats may
// differ in their last bits: the addon multiplies matrices with another BLAS than Python's wheel, and another device
// sums in another order; the half formats are given a few units in their last place (2^-11 and 2^-8).
const tolerance: Partial<Record<Dtype, [number, number]>> = {
  float32: [2e-6, 1e-5],
  float64: [1e-12, 1e-12],
  complex64: [2e-6, 1e-5],
  float16: [1e-3, 2e-3],
  bfloat16: [1e-2, 1.6e-2],
};

function expectSame(handle: Handle, expected: Packed): void {
  expect({ dtype: mx.dtype(handle), shape: mx.shape(handle) }).toEqual({
    dtype: expected.dtype,
    shape: expected.shape,
  });
  const [absolute, relative] = tolerance[expected.dtype] ?? [0, 0];
  const wanted = numbersIn(memoryOf(expected), expected.dtype);
  numbers(handle).forEach((value, index) => {
    const want = wanted[index] ?? Number.NaN;
    if (Object.is(value, want) || value === want) return;
    if (Math.abs(value - want) <= absolute + relative * Math.abs(want)) return;
    expect.fail(`element ${index} is ${value}, Python has ${want}`);
  });
}

function decode(argument: unknown, inputs: readonly Handle[]): unknown {
  if (Array.isArray(argument)) return argument.map((item) => decode(item, inputs));
  if (typeof argument !== "object" || argument === null) return argument;
  return "input" in argument
    ? inputs[argument.input as number]
    : (argument as { settings: unknown }).settings;
}

function run({ op, args, inputs, list }: Case): Handle[] {
  const handles = inputs.map(unpack);
  const call = mx[op] as (...args: unknown[]) => Handle | Handle[];
  const result = call(...args.map((argument) => decode(argument, handles)));
  expect(Array.isArray(result)).toBe(list);
  return Array.isArray(result) ? result : [result];
}

scopedTests();

test("the fixtures were made by the pinned MLX", () => {
  expect(mx.version().mlx).toBe(document.mlx);
});

test("every op of the addon has a case or is tested elsewhere", () => {
  const covered = new Set<string>(document.cases.map((one) => one.op));
  const missing = Object.keys(mx).filter(
    (name) => !covered.has(name) && !testedElsewhere.has(name),
  );
  expect(missing).toEqual([]);
  expect([...testedElsewhere].filter((name) => !(name in mx) || covered.has(name))).toEqual([]);
});

describe.each([...new Set(document.cases.map((one) => one.op))])("%s", (op) => {
  test("equals Python", () => {
    const cases = document.cases.filter((one) => one.op === op);
    cases.forEach((one, index) => {
      const label = `case ${index}: ${one.inputs.map((i) => `${i.dtype}[${i.shape}]`).join(", ")}`;
      try {
        const results = run(one);
        expect(results.length).toBe(one.expected.length);
        results.forEach((result, i) => expectSame(result, one.expected[i] as Packed));
      } catch (error) {
        throw new Error(`${label}: ${(error as Error).message}`, { cause: error });
      }
    });
  });
});

test.each(document.scalars.map((one) => [one.value, one.like.dtype, one] as const))(
  "%s beside %s takes the dtype it takes in Python",
  (_value, _dtype, { value, like, sum }) => {
    const array = unpack(like);
    if (sum === null) {
      expect(() => mx.scalarLike(value, array)).toThrow(/does not fit/);
    } else {
      expectSame(mx.add(array, mx.scalarLike(value, array)), sum);
    }
  },
);

test("a file written by Python loads with its names, dtypes and values", () => {
  const loaded = mx.loadSafetensors(fileURLToPath(new URL("tensors.safetensors", fixtures)));
  expect(Object.keys(loaded).sort()).toEqual(Object.keys(document.tensors).sort());
  for (const [name, expected] of Object.entries(document.tensors)) {
    expectSame(loaded[name] as Handle, expected);
  }
});
