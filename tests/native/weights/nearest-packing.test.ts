// Packing by the nearer of two fits: never farther from the weights than MLX's own, and without loss where it can be.
import { expect, test } from "vitest";
import {
  dequantize,
  float32,
  liveTensors,
  normal,
  type PackedParts,
  type Packing,
  quantize,
  randomKey,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import { packNearest } from "../../../src/weights/recipe/nearest-packing.ts";

const unpacked = ([packed, scales, biases]: PackedParts, packing: Packing): Tensor =>
  dequantize(packed, scales, biases ?? null, { ...packing, dtype: "float32" });

/** Root of the mean squared difference. */
function distance(a: Tensor, b: Tensor): number {
  const difference = a.sub(b);
  return Math.sqrt(difference.mul(difference).mean().item());
}

test.each([
  [4, 32],
  [8, 64],
  [2, 128],
])(
  "%i bits in groups of %i: nearer than MLX's own, of the same shapes and types",
  (bits, groupSize) => {
    const before = liveTensors();
    scope(() => {
      const packing = { bits, groupSize };
      const weight = normal(0, 1, [7, 256], randomKey(1)).mul(0.02);
      const [own, mlx] = [packNearest(weight, packing), quantize(weight, groupSize, bits)];
      const facts = (parts: PackedParts) => parts.map((part) => [part?.shape, part?.dtype]);
      expect(facts(own)).toEqual(facts(mlx));
      const [near, far] = [own, mlx].map((parts) => distance(unpacked(parts, packing), weight)) as [
        number,
        number,
      ];
      expect(near).toBeGreaterThan(0);
      expect(near).toBeLessThan(far);
      for (const part of own) part?.dispose();
    });
    expect(liveTensors()).toBe(before);
  },
);

test("sixteen equal steps from end to end come back but for rounding, in pieces of a large matrix too", () => {
  const packing = { bits: 4, groupSize: 32 };
  const rows = 1100;
  // More than are packed at a time; each group with a step and a least weight of its own.
  const values = Float32Array.from({ length: rows * 2048 }, (_, at) => {
    const group = Math.floor(at / 32);
    return 0.01 + (group % 17) * 0.003 + (((at * 7) % 16) - 5) * (0.001 + (group % 5) * 0.0004);
  });
  scope(() => {
    const weight = float32(values, [rows, 2048]);
    const largest = weight.abs().max().item();
    expect(
      distance(unpacked(packNearest(weight, packing), packing), weight) / largest,
    ).toBeLessThan(1e-6);
    expect(distance(unpacked(quantize(weight, 32, 4), packing), weight) / largest).toBeGreaterThan(
      1e-4,
    );
  });
});

test("groups of equal weights and other formats are packed as well", () => {
  scope(() => {
    const even = float32(new Float32Array(64).fill(0.25), [1, 64]);
    const packing = { bits: 4, groupSize: 32 };
    expect(distance(unpacked(packNearest(even, packing), packing), even)).toBe(0);
    const weight = normal(0, 1, [2, 64], randomKey(2));
    for (const other of [
      { bits: 3, groupSize: 32 },
      { bits: 4, groupSize: 32, mode: "mxfp4" as const },
    ])
      expect(distance(unpacked(packNearest(weight, other), other), weight)).toBeLessThan(0.3);
  });
});
