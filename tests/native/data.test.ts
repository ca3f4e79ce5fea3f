// Memory in and out of arrays, files out and in again, and what the converters refuse.
// What ops compute is in values.test.ts.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DTYPES } from "../../src/mx/binding.ts";
import type { Dtype, Handle, Memory } from "../../src/mx/binding.ts";
import { errorOf, floats, integers, mx, numbers, scopedTests } from "./addon.ts";

scopedTests();

const samples: Record<Dtype, Memory> = {
  bool: Uint8Array.of(0, 1, 1, 0),
  uint8: Uint8Array.of(0, 255, 7, 128),
  uint16: Uint16Array.of(0, 65535, 3, 9),
  uint32: Uint32Array.of(0, 4294967295, 3, 9),
  uint64: BigUint64Array.of(0n, 18446744073709551615n, 3n, 9n),
  int8: Int8Array.of(-128, 127, 0, 5),
  int16: Int16Array.of(-32768, 32767, 0, 5),
  int32: Int32Array.of(-2147483648, 2147483647, 0, 5),
  int64: BigInt64Array.of(-9223372036854775808n, 9223372036854775807n, 0n, 5n),
  float16: Uint16Array.of(0x3c00, 0x7c00, 0x8000, 0x0001),
  float32: Float32Array.of(1.5, -0, Infinity, 3.4e38),
  float64: Float64Array.of(Math.PI, -0, Infinity, 1e300),
  bfloat16: Uint16Array.of(0x3f80, 0x7f80, 0x8000, 0x0001),
  complex64: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
};

describe("memory", () => {
  test.each(DTYPES)("%s comes back bit for bit", (dtype) => {
    const memory = samples[dtype];
    const handle = mx.fromMemory(memory, [2, 2], dtype);
    expect([mx.dtype(handle), mx.shape(handle), mx.nbytes(handle)]).toEqual([
      dtype,
      [2, 2],
      memory.byteLength,
    ]);
    expect(mx.toMemory(handle)).toEqual(memory);
  });

  test.each(DTYPES)("%s is also read from unaligned raw bytes", (dtype) => {
    const memory = samples[dtype];
    const shifted = new Uint8Array(memory.byteLength + 1);
    shifted.set(new Uint8Array(memory.buffer), 1);
    expect(mx.toMemory(mx.fromMemory(shifted.subarray(1), [4], dtype))).toEqual(memory);
  });

  test("is copied both ways", () => {
    const source = Float32Array.of(1, 2);
    const handle = mx.fromMemory(source, [2], "float32");
    source[0] = 9;
    const out = mx.toMemory(handle) as Float32Array;
    out[1] = 9;
    expect(numbers(handle)).toEqual([1, 2]);
  });

  test("leaves strided and empty arrays in row-major order", () => {
    const grid = floats([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(numbers(mx.transpose(grid, null))).toEqual([1, 4, 2, 5, 3, 6]);
    expect(numbers(mx.broadcastTo(floats([7], [1]), [3]))).toEqual([7, 7, 7]);
    expect(numbers(mx.full([0, 4], 1, "float32"))).toEqual([]);
    expect(numbers(mx.fromMemory(new Float32Array(0), [3, 0], "float32"))).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    ["a shape with too many elements", () => mx.fromMemory(new Float32Array(3), [4], "float32")],
    ["a shape with too few", () => mx.fromMemory(new Float32Array(3), [2], "float32")],
    [
      "a shape beyond 64 bits",
      () => mx.fromMemory(new Float32Array(0), [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1], "float32"),
    ],
    ["a negative size", () => mx.fromMemory(new Float32Array(3), [-3], "float32")],
    ["a fractional size", () => mx.full([1.5], 1, "float32")],
    ["another typed array", () => mx.fromMemory(new Float64Array(2), [2], "float32")],
    ["signed for unsigned", () => mx.fromMemory(new Int32Array(2), [2], "uint32")],
    ["a plain array", () => mx.fromMemory([1, 2] as never, [2], "float32")],
    ["an unknown dtype", () => mx.full([1], 1, "float8" as never)],
    ["a missing argument", () => (mx.full as (...args: unknown[]) => unknown)([1], 1)],
    ["one too many", () => (mx.exp as (...args: unknown[]) => unknown)(floats([1]), 1)],
    ["text for a number", () => mx.full([1], "1" as never, "float32")],
    ["text for a boolean", () => mx.sum(floats([1]), null, "yes" as never)],
    ["an axis beyond 32 bits", () => mx.sum(floats([1]), 2 ** 40, false)],
    ["a negative seed", () => mx.randomKey(-1)],
    ["no bounds", () => mx.clip(floats([1]), null, null)],
    ["zero parts", () => mx.split(floats([1, 2]), 0, 0)],
    ["a shape whose elements wrap to none", () => mx.full(Array(4).fill(2 ** 16), 0, "float32")],
  ])("refuses %s", (_what, body) => {
    expect(errorOf(body).code).toBe("FT-NATIVE-ARGUMENT");
  });

  test.each<[string, () => unknown]>([
    ["shapes that do not broadcast", () => mx.add(floats([1, 2]), floats([1, 2, 3]))],
    ["a reshape to another size", () => mx.reshape(floats([1, 2]), [3])],
    [
      "a reshape of nothing to an unknown size",
      () => mx.reshape(mx.full([0], 1, "float32"), [0, -1]),
    ],
    ["an axis out of range", () => mx.sum(floats([1]), 3, false)],
    ["axes named twice", () => mx.transpose(floats([1], [1, 1]), [0, 0])],
    ["an empty concatenation", () => mx.concatenate([], 0)],
    ["an uneven split", () => mx.split(floats([1, 2, 3]), 2, 0)],
    ["negative repeats", () => mx.repeat(floats([1]), -1, 0)],
    ["a partition beyond the end", () => mx.argpartition(floats([1, 2]), 2, 0)],
    ["a real index", () => mx.take(floats([1, 2]), floats([0]), 0)],
    ["a key of the wrong shape", () => mx.randomSplit(floats([1]), 2)],
    ["integers that are random reals", () => mx.randomUniform(0, 1, [2], "int32", mx.randomKey(0))],
    ["an unknown mask mode", () => attention("sideways")],
    ["a mask and a mode at once", () => attention("causal", mx.full([2, 2], 0, "float32"))],
    [
      "a rotation without base",
      () => mx.rope(floats([1, 2], [1, 1, 1, 2]), 2, false, null, 1, 0, null),
    ],
    ["a file that is not there", () => mx.loadSafetensors("/nonexistent/model.safetensors")],
    ["a folder that is not there", () => mx.saveSafetensors("/nonexistent/x", [], [], {})],
    [
      "a device that is not there",
      () => mx.setDefaultDevice(mx.deviceInfo().metal ? ("tpu" as never) : "gpu"),
    ],
  ])("passes on MLX's refusal of %s", (_what, body) => {
    expect(errorOf(body).code).toMatch(/^FT-NATIVE-(OP|ARGUMENT)$/);
  });

  test.each<[string, (index: Handle) => unknown]>([
    ["take", (index) => mx.take(floats([1, 2, 3]), index, 0)],
    ["takeAlongAxis", (index) => mx.takeAlongAxis(floats([1, 2, 3]), index, -1)],
    ["putAlongAxis", (index) => mx.putAlongAxis(floats([1, 2, 3]), index, floats([1]), 0)],
    ["crossEntropy", (index) => mx.crossEntropy(floats([1, 2, 3], [1, 3]), index)],
  ])(
    "%s refuses an index outside its axis, which MLX would follow into other memory",
    (_op, body) => {
      for (const index of [3, -4, 2 ** 31 - 1]) {
        const wide = mx.fromMemory(BigInt64Array.of(BigInt(index)), [1], "int64");
        for (const bad of [integers([index]), wide]) {
          const error = errorOf(() => body(bad));
          expect(error.code).toBe("FT-NATIVE-ARGUMENT");
          expect(error.message).toContain(`index ${index} is outside an axis of 3`);
        }
      }
      for (const [memory, dtype] of [
        [Uint8Array.of(3), "uint8"],
        [Int8Array.of(-4), "int8"],
        [Uint16Array.of(2 ** 16 - 1), "uint16"],
        [Int16Array.of(3), "int16"],
        [Uint32Array.of(2 ** 32 - 1), "uint32"],
        [BigUint64Array.of(2n ** 64n - 1n), "uint64"],
      ] as const)
        expect(errorOf(() => body(mx.fromMemory(memory, [1], dtype))).code, dtype).toBe(
          "FT-NATIVE-ARGUMENT",
        );
      body(integers([-3]));
      body(integers([2]));
    },
  );

  test("an error names the op, the arguments and the reason", () => {
    const { message } = errorOf(() => mx.matmul(floats([1, 2], [2, 1]), floats([1, 2, 3])));
    expect(message).toMatch(/^matmul\(float32\[2, 1\], float32\[3\]\): \[matmul\] .*shape/);
  });
});

function attention(mode: string, mask: Handle | null = null): Handle {
  const x = floats([1, 2, 3, 4], [1, 1, 2, 2]);
  return mx.scaledDotProductAttention(x, x, x, 1, mode as never, mask);
}

describe("item", () => {
  test.each<[Dtype, number]>([
    ["bool", 1],
    ["uint8", 200],
    ["int8", -5],
    ["uint64", 2 ** 40],
    ["int64", -(2 ** 40)],
    ["float16", 0.5],
    ["bfloat16", -2],
    ["float32", 0.25],
    ["float64", 0.1],
  ])("reads %s", (dtype, value) => {
    expect(mx.item(mx.full([1, 1], value, dtype))).toBe(value);
  });

  test("refuses more than one element, and a complex one", () => {
    expect(errorOf(() => mx.item(floats([1, 2]))).message).toMatch(/one element, got float32\[2\]/);
    expect(errorOf(() => mx.item(mx.full([], 1, "complex64"))).code).toBe("FT-NATIVE-ARGUMENT");
  });
});

test("eval and asyncEval compute; a list may be empty", () => {
  const a = mx.add(floats([1]), floats([2]));
  mx.asyncEval([a]);
  mx.eval([a]);
  mx.eval([]);
  mx.synchronize();
  expect(mx.item(a)).toBe(3);
});

describe("files", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ft-native-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("keep every dtype, name and the metadata", () => {
    // MLX does not write float64.
    const dtypes = DTYPES.filter((dtype) => dtype !== "float64");
    const path = join(folder, "weights.tmp");
    const handles = dtypes.map((dtype) => mx.fromMemory(samples[dtype], [2, 2], dtype));
    mx.saveSafetensors(path, dtypes, handles, { format: "ft", note: "ä" });
    const loaded = mx.loadSafetensors(path);
    expect(Object.keys(loaded).sort()).toEqual([...dtypes].sort());
    for (const dtype of dtypes)
      expect(mx.toMemory(loaded[dtype] as Handle)).toEqual(samples[dtype]);
    const header = readFileSync(path).subarray(8).toString("latin1");
    expect(header).toContain('"format":"ft"');
  });

  test("are written to exactly the path given, over what was there", () => {
    const path = join(folder, "no-suffix");
    mx.saveSafetensors(path, ["a"], [mx.full([1000], 1, "float32")], {});
    mx.saveSafetensors(path, ["b"], [floats([3])], {});
    expect(statSync(path).size).toBeLessThan(1000);
    expect(numbers(mx.loadSafetensors(path)["b"] as Handle)).toEqual([3]);
  });

  test("cannot hold float64, and say so", () => {
    const wide = mx.full([1], 1, "float64");
    expect(errorOf(() => mx.saveSafetensors(join(folder, "x"), ["w"], [wide], {})).message).toMatch(
      /dtype/,
    );
  });

  test("hold a strided array in row-major order", () => {
    const path = join(folder, "strided");
    mx.saveSafetensors(path, ["t"], [mx.transpose(floats([1, 2, 3, 4], [2, 2]), null)], {});
    expect(numbers(mx.loadSafetensors(path)["t"] as Handle)).toEqual([1, 3, 2, 4]);
  });

  test("may call a tensor __proto__", () => {
    const path = join(folder, "proto");
    mx.saveSafetensors(path, ["__proto__"], [integers([4])], {});
    const loaded = mx.loadSafetensors(path);
    expect(Object.keys(loaded)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf({ ...loaded })).toBe(Object.prototype);
  });

  test("refuse two arrays of one name, and lists of two lengths", () => {
    const [a, b] = [floats([1]), floats([2])];
    expect(
      errorOf(() => mx.saveSafetensors(join(folder, "x"), ["n", "n"], [a, b], {})).message,
    ).toMatch(/"n"/);
    expect(errorOf(() => mx.saveSafetensors(join(folder, "x"), ["n"], [a, b], {})).code).toBe(
      "FT-NATIVE-ARGUMENT",
    );
  });
});

describe("random numbers", () => {
  test("are the same for the same key and others for another", () => {
    const draw = (seed: number): number[] =>
      numbers(mx.randomNormal([8], "float32", 0, 1, mx.randomKey(seed)));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  test("of split keys are independent of each other", () => {
    const keys = mx.randomSplit(mx.randomKey(5), 4);
    expect(keys.map((key) => mx.shape(key))).toEqual([[2], [2], [2], [2]]);
    const draws = keys.map((key) => numbers(mx.randomUniform(0, 1, [4], "float32", key)).join());
    expect(new Set(draws).size).toBe(4);
  });
});
