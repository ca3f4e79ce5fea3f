// Packed weights through the doors of src/mx: what comes back, products and gradients, and what is refused.
// Values equal to Python's are in values.test.ts.
import { describe, expect, test } from "vitest";
import type { QuantizationMode } from "../../src/mx/binding.ts";
import {
  concatenate,
  dequantize,
  gatherMm,
  gatherQmm,
  int32,
  normal,
  quantize,
  quantizedMatmul,
  randomKey,
  rope,
  type Tensor,
  vjp,
} from "../../src/mx/index.ts";
import { errorOf, floats, mx, normal as handle, scopedTests } from "./addon.ts";
import { expectGradients } from "./gradients.ts";

scopedTests();

const gaussian = (shape: number[], seed: number): Tensor => normal(0, 1, shape, randomKey(seed));

/** The largest difference between two tensors. */
function gap(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const difference = a.sub(b);
  return difference.maximum(difference.neg()).max().item();
}

describe.each([
  [32, 2],
  [32, 3],
  [64, 4],
  [64, 6],
  [128, 8],
])("groups of %i in %i bits", (groupSize, bits) => {
  const packing = { groupSize, bits };

  test("come back within half a step", () => {
    const weight = gaussian([5, 256], 1);
    const [packed, scales, biases] = quantize(weight, groupSize, bits);
    expect([packed.dtype, packed.shape]).toEqual(["uint32", [5, (256 * bits) / 32]]);
    expect(scales.shape).toEqual([5, 256 / groupSize]);
    const half = scales.maximum(scales.neg()).max().item() / 2;
    // A group's end is stored exactly, so the other end may be off by up to a whole step.
    expect(gap(dequantize(packed, scales, biases, packing), weight)).toBeLessThan(2.001 * half);
  });

  test("multiply as the weights they stand for", () => {
    const [packed, scales, biases] = quantize(gaussian([256, 128], 1), groupSize, bits);
    const weight = dequantize(packed, scales, biases, packing);
    // Sums of 128 or 256 float32 products of size 1, added in another order: a few units of 1e-6 each.
    const x = gaussian([3, 128], 2);
    const forward = quantizedMatmul(x, packed, scales, biases, { transpose: true, ...packing });
    expect(gap(forward, x.matmul(weight.transpose()))).toBeLessThan(1e-4);
    const y = gaussian([3, 256], 3);
    const backward = quantizedMatmul(y, packed, scales, biases, { transpose: false, ...packing });
    expect(gap(backward, y.matmul(weight))).toBeLessThan(1e-4);
  });
});

/** On the CPU weights of two axes go through the kernel; with a batch axis before them, through MLX's own product. */
describe("the kernel multiplies as MLX does, and so do gradients:", () => {
  const affine = [2, 3, 4, 5, 6, 8].map((bits) => ({
    groupSize: 64,
    bits,
    mode: "affine" as const,
  }));
  const formats = [
    ...affine,
    { groupSize: 32, bits: 4, mode: "affine" as const },
    { groupSize: 128, bits: 3, mode: "affine" as const },
    { groupSize: 32, bits: 4, mode: "mxfp4" as const },
    { groupSize: 32, bits: 8, mode: "mxfp8" as const },
    { groupSize: 16, bits: 4, mode: "nvfp4" as const },
  ];
  const [rows, columns] = [70, 384];

  /** Relative to the largest: the same float32 sums in another order. */
  function expectEqual(own: Tensor, wanted: Tensor): void {
    const largest = wanted.maximum(wanted.neg()).max().item();
    expect(largest).toBeGreaterThan(0);
    expect(gap(own, wanted) / largest).toBeLessThanOrEqual(1e-5);
  }

  function compare(packing: (typeof formats)[number], counts: number[], rows: number): void {
    const { groupSize, bits, mode } = packing;
    const [packed, scales, biases] = quantize(gaussian([rows, columns], 1), groupSize, bits, mode);
    const batched = [packed, scales, biases].map((part) => part?.reshape(1, ...part.shape));
    for (const count of counts)
      for (const transpose of [true, false]) {
        const x = gaussian([1, count, transpose ? columns : rows], 2);
        const slope = gaussian([1, count, transpose ? rows : columns], 3);
        const options = { ...packing, transpose };
        const product = (parts: (Tensor | undefined)[]) => (x: Tensor) =>
          quantizedMatmul(x, parts[0] as Tensor, parts[1] as Tensor, parts[2] ?? null, options);
        const [own, wanted] = [[packed, scales, biases], batched].map((parts) =>
          vjp(([x]) => [product(parts)(x as Tensor)], [x], [slope]),
        );
        expectEqual(own?.outputs[0] as Tensor, wanted?.outputs[0] as Tensor);
        expectEqual(own?.gradients[0] as Tensor, wanted?.gradients[0] as Tensor);
      }
  }

  test.each(formats)("$mode, $bits bits, groups of $groupSize", (packing) => {
    compare(packing, [1, 4, 5, 33], rows);
  });

  test("weights of several tiles", () => {
    compare({ groupSize: 64, bits: 4, mode: "affine" }, [2, 20], 3000);
  });
});

test("experts are gathered packed as they are gathered plain, also from half precision", () => {
  const packing = { groupSize: 32, bits: 4 };
  const parts = quantize(gaussian([4, 6, 64], 1), 32, 4);
  const weights = dequantize(...parts, packing).swapaxes(-1, -2);
  const x = gaussian([5, 1, 64], 2);
  const chosen = int32([3, 0, 2, 2, 1]);
  const wanted = gatherMm(x, weights, null, chosen);
  const options = { lhsIndices: null, rhsIndices: chosen, transpose: true, ...packing };
  expect(gap(gatherQmm(x, ...parts, options), wanted)).toBeLessThan(1e-4);
  const half = gatherMm(x.astype("bfloat16"), weights.astype("bfloat16"), null, chosen);
  expect(half.dtype).toBe("bfloat16");
  // 2^-8 of sums of 64 terms.
  expect(gap(half.astype("float32"), wanted)).toBeLessThan(0.2);
});

test("a rotation with an offset for each row is that of each row alone", () => {
  const x = gaussian([3, 2, 4, 8], 5);
  const options = { dims: 8, traditional: false, base: 10000, scale: 1, freqs: null };
  const together = rope(x, { ...options, offset: int32([7, 0, 31]) });
  const alone = x
    .split(3, 0)
    .map((row, i) => rope(row, { ...options, offset: [7, 0, 31][i] ?? 0 }));
  // The same angles, rounded on two ways to them.
  expect(gap(together, concatenate(alone))).toBeLessThan(1e-5);
});

describe("gradients equal finite differences:", () => {
  const weights = (): number[] => mx.quantize(handle([2, 3, 32], 9), 32, 8, "affine");

  test("dequantize, for scales and biases", () => {
    const [packed = 0, scales = 0, biases = 0] = weights();
    const fn = ([s = 0, b = 0]: number[]): number[] => [
      // Down to the size of a weight: 8 bits multiply a step of the scale by up to 255.
      mx.divide(mx.dequantize(packed, s, b, 32, 8, "affine", "float32"), floats([255])),
    ];
    expectGradients(fn, [scales, biases]);
  });

  test("quantizedMatmul, for x, scales and biases", () => {
    const [packed = 0, scales = 0, biases = 0] = mx.quantize(handle([3, 32], 9), 32, 4, "affine");
    const fn = ([x = 0, s = 0, b = 0]: number[]): number[] => [
      mx.divide(mx.quantizedMatmul(x, packed, s, b, true, 32, 4, "affine"), floats([15])),
    ];
    expectGradients(fn, [handle([2, 32], 4), scales, biases]);
  });

  test.each([false, true])("gatherQmm, for x (sorted: %s)", (sorted) => {
    const [packed = 0, scales = 0, biases = 0] = weights();
    const right = mx.fromMemory(Int32Array.of(0, 1, 1), [3], "int32");
    const fn = ([x = 0]: number[]): number[] => [
      mx.gatherQmm(x, packed, scales, biases, null, right, true, 32, 8, "affine", sorted),
    ];
    expectGradients(fn, [handle([3, 1, 32], 4)]);
  });
});

describe("refuses what MLX would follow out of its memory:", () => {
  const weight = (): Tensor => gaussian([2, 4, 64], 1);
  const multiply = (
    parts: readonly Tensor[],
    packing: { groupSize?: number; bits?: number; mode?: QuantizationMode } = {},
    x = gaussian([3, 64], 2),
  ): Tensor => {
    const [packed, scales, biases] = parts as [Tensor, Tensor, Tensor];
    return quantizedMatmul(x, packed, scales, biases, {
      transpose: true,
      groupSize: 32,
      bits: 4,
      ...packing,
    });
  };
  const flat = (): [Tensor, Tensor, Tensor] => quantize(gaussian([4, 64], 1), 32, 4);

  test.each<[string, () => unknown]>([
    ["no bits", () => quantize(weight(), 32, 0)],
    ["seven bits", () => quantize(weight(), 32, 7)],
    ["groups of nothing", () => quantize(weight(), 0, 4)],
    ["a group size that is not built", () => quantize(weight(), 16, 4)],
    ["integers", () => quantize(weight().astype("int32"), 32, 4)],
    ["no bits in a product", () => multiply(flat(), { bits: 0 })],
    ["another group size than the scales'", () => multiply(flat(), { groupSize: 64 })],
    ["another mode", () => multiply(flat(), { mode: "mxfp4" })],
    ["an unknown mode", () => multiply(flat(), { mode: "nf4" as never })],
    [
      "scales of fewer rows",
      () => {
        const [packed, scales, biases] = flat();
        return multiply([packed, scales.narrow(0, 0, 2), biases.narrow(0, 0, 2)]);
      },
    ],
    [
      "scales without axes",
      () => {
        const [packed] = flat();
        return multiply([packed, gaussian([], 1), gaussian([], 1)]);
      },
    ],
    [
      "a packed vector",
      () => {
        const [packed, scales, biases] = flat().map((part) => part.narrow(0, 0, 1).squeeze(0));
        return multiply([packed, scales, biases] as Tensor[]);
      },
    ],
    ["x without axes", () => multiply(flat(), {}, gaussian([], 1))],
    ["x with fewer axes than the weights", () => multiply(quantize(weight(), 32, 4))],
    [
      "an expert that is not there",
      () => {
        const parts = quantize(weight(), 32, 4);
        const options = { groupSize: 32, bits: 4, transpose: true, lhsIndices: null };
        return gatherQmm(gaussian([1, 1, 64], 1), ...parts, { ...options, rhsIndices: int32([2]) });
      },
    ],
    [
      "a negative expert, which MLX reads as unsigned",
      () => gatherMm(gaussian([1, 1, 4], 1), gaussian([2, 4, 3], 1), null, int32([-1])),
    ],
    [
      "a row of x that is not there",
      () => gatherMm(gaussian([1, 1, 4], 1), gaussian([2, 4, 3], 1), int32([1]), null),
    ],
  ])("%s", (_what, body) => {
    expect(errorOf(body).code).toBe("FT-NATIVE-ARGUMENT");
  });

  test.each([
    [0, 0, 1, 1],
    [1, -1, 1, 1],
    [1, 0, 0, 1],
    [1, 0, 1, 0],
  ])("conv1d with stride %i, padding %i, dilation %i, groups %i", (...numbers) => {
    const body = (): unknown => mx.conv1d(handle([1, 5, 2], 1), handle([2, 3, 2], 1), ...numbers);
    expect(errorOf(body).code).toBe("FT-NATIVE-ARGUMENT");
  });
});
