// The pool of threads behind products and kernels: their number changes no bit, tiles are put together rightly, and
// callers do not get in each other's way. How fast it is, dev/bench/threads.ts tells.
import { execFileSync, spawnSync } from "node:child_process";
import { afterAll, describe, expect, test } from "vitest";
import type { ArrayFunction, Dtype, Handle } from "../../src/mx/binding.ts";
import {
  addonPath,
  errorOf,
  first,
  integers,
  mx,
  normal,
  numbers,
  runProgram,
  scopedTests,
} from "./addon.ts";

scopedTests();

const initial = mx.threads();
afterAll(() => mx.setThreads(initial));

function bytesOf(handle: Handle): Buffer {
  const { buffer, byteOffset, byteLength } = mx.toMemory(handle);
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Computes with 1, 2, 3 and 8 threads, a few times each, for pieces are taken in another order every time. */
function expectSameBits(compute: () => Handle[]): void {
  mx.setThreads(1);
  const wanted = compute().map(bytesOf);
  for (const count of [2, 3, 8, 2, 3, 8]) {
    mx.setThreads(count);
    const same = compute().map((handle, at) => bytesOf(handle).equals(wanted[at] as Buffer));
    expect(same, `${count} threads`).toEqual(wanted.map(() => true));
  }
}

// Tiles of rows and of columns, many and two, odd sizes, one row, and too small to be cut.
const shapes: [number, number, number][] = [
  [512, 512, 512],
  [1025, 131, 67],
  [131, 1025, 67],
  [1, 6001, 500],
  [3, 3001, 400],
  [2047, 33, 129],
  [700, 8, 900],
  [70, 70, 900],
  [30, 30, 30],
];

const turns = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Drawn numbers; `isTurned` lays them out by columns, which BLAS takes as they are. */
function matrix(shape: [number, number], seed: number, dtype: Dtype, isTurned: boolean): Handle {
  if (!isTurned) return mx.astype(normal(shape, seed), dtype);
  return mx.transpose(mx.astype(normal([shape[1], shape[0]], seed), dtype), null);
}

describe("products", () => {
  test.each(shapes)("of %i × %i over %i have the same bits", (rows, columns, inner) => {
    for (const dtype of ["float32", "float64", "complex64"] as const) {
      for (const [left, right] of turns) {
        const a = matrix([rows, inner], 1, dtype, left);
        const b = matrix([inner, columns], 2, dtype, right);
        mx.eval([a, b]);
        expectSameBits(() => [mx.matmul(a, b)]);
      }
    }
  });

  test.each(shapes)("of %i × %i over %i are sums of products", (rows, columns, inner) => {
    mx.setThreads(3);
    for (const [left, right] of turns) {
      const [a, b] = [
        matrix([rows, inner], 3, "float32", left),
        matrix([inner, columns], 4, "float32", right),
      ];
      const [x, y] = [numbers(a), numbers(b)];
      const product = numbers(mx.matmul(a, b));
      for (let at = 0; at < product.length; at += Math.ceil(product.length / 500)) {
        const [row, column] = [Math.floor(at / columns), at % columns];
        let sum = 0;
        for (let i = 0; i < inner; i++) {
          sum += (x[row * inner + i] ?? NaN) * (y[i * columns + column] ?? NaN);
        }
        // Normal numbers, so terms of about 1, and the rounding of at most 900 of them in float32.
        expect(Math.abs((product[at] ?? NaN) - sum)).toBeLessThan(1e-4);
      }
    }
  });

  test("in batches have the same bits", () => {
    const [left, right] = [normal([3, 5, 200, 90], 4), normal([3, 1, 90, 210], 5)];
    mx.eval([left, right]);
    expectSameBits(() => [mx.matmul(left, right)]);
  });
});

describe("kernels, forward and backward, have the same bits", () => {
  const withGradients =
    (fn: ArrayFunction, inputs: Handle[]): (() => Handle[]) =>
    () =>
      mx.valueAndGrad(
        (values) => [mx.sum(mx.square(first(fn(values))), null, false)],
        inputs,
        inputs.map((_, at) => at),
      );

  test("cross-entropy", () => {
    const targets = integers(Array.from({ length: 333 }, (_, row) => (row * 31) % 3001));
    expectSameBits(
      withGradients(([x]) => [mx.crossEntropy(x as Handle, targets)], [normal([333, 3001], 1)]),
    );
  });

  test("swiglu", () => {
    const inputs = [normal([777, 1001], 1), normal([777, 1001], 2)];
    expectSameBits(withGradients(([g, u]) => [mx.swiglu(g as Handle, u as Handle)], inputs));
  });

  test("selective scan", () => {
    const [tokens, channels, states] = [150, 1100, 4];
    const drawn = (seed: number, ...shape: number[]): Handle => normal(shape, seed);
    const inputs = [
      drawn(1, 2, tokens, channels),
      mx.abs(drawn(2, 2, tokens, channels)),
      mx.subtract(drawn(3, channels, states), mx.full([1], 5, "float32")),
      ...[drawn(4, 2, tokens, states), drawn(5, 2, tokens, states)],
      drawn(6, 2, channels, states),
    ];
    const scan: ArrayFunction = ([x, steps, rates, writes, reads, state]) =>
      mx.selectiveScan(
        ...([x, steps, rates] as [Handle, Handle, Handle]),
        ...([writes, reads, state] as [Handle, Handle, Handle]),
        null,
      );
    expectSameBits(withGradients(scan, inputs));
  });

  test("attention", () => {
    const inputs = [1, 2, 3].map((seed) => normal([3, 4, 171, 32], seed));
    const attend: ArrayFunction = ([q, k, v]) => [
      mx.scaledDotProductAttention(q as Handle, k as Handle, v as Handle, 0.2, "causal", null),
    ];
    expectSameBits(withGradients(attend, inputs));
  });
});

describe("the number of threads", () => {
  test("is what was set, from 1 to 64", () => {
    mx.setThreads(5);
    expect(mx.threads()).toBe(5);
    for (const count of [0, -1, 65, 1.5]) {
      expect(errorOf(() => mx.setThreads(count)).code).toBe("FT-NATIVE-ARGUMENT");
    }
    expect(mx.threads()).toBe(5);
  });

  const countThreads = `console.log(require(${JSON.stringify(addonPath)}).threads())`;
  const hasTaskset = spawnSync("taskset", ["--version"]).status === 0;

  test.skipIf(!hasTaskset)("is that of the cores which the process may use", () => {
    const output = execFileSync("taskset", ["-c", "0", process.execPath, "-e", countThreads]);
    expect(Number(output)).toBe(1);
  });
});

describe("beside Workers", () => {
  /** A program that has `multiply`, which does the same product 61 times and counts how often it is the first one's. */
  const multiply = `
    const mx = require(${JSON.stringify(addonPath)});
    function multiply(seed) {
      mx.setThreads(3);
      const draw = (key) => mx.randomNormal([384, 384], "float32", 0, 1, mx.randomKey(key));
      const [a, b] = [draw(seed), draw(seed + 1)];
      const product = () => {
        mx.scopeBegin();
        const bytes = Buffer.from(Buffer.from(mx.toMemory(mx.matmul(a, b)).buffer));
        mx.scopeEnd([]);
        return bytes;
      };
      const wanted = product();
      return Array.from({ length: 60 }, product).filter((bytes) => bytes.equals(wanted)).length;
    }`;
  const inWorker = `const { parentPort, workerData } = require("node:worker_threads");${multiply}
    parentPort.postMessage(multiply(workerData));`;
  const start = `const { Worker } = require("node:worker_threads");
    const posted = [];
    const start = (workerData) => {
      const worker = new Worker(${JSON.stringify(inWorker)}, { eval: true, workerData });
      worker.on("message", (count) => posted.push(count));
      worker.on("error", (error) => { console.log(error); process.exitCode = 1; });
      return worker;
    };`;

  test("all callers at once get their own products", () => {
    const script = `${start}${multiply}
      for (const seed of [10, 20, 30]) start(seed);
      posted.push(multiply(0));
      process.on("exit", () => console.log(...posted));`;
    expect(runProgram(script)).toEqual({ status: 0, signal: null, out: "60 60 60 60" });
  });

  test("the threads outlive the only Worker that had the addon", () => {
    const script = `${start}
      start(1).on("exit", () => setTimeout(() => console.log(...posted), 50));`;
    expect(runProgram(script)).toEqual({ status: 0, signal: null, out: "60" });
  });
});
