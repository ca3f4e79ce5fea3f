// Gradients in buffers: whatever their sizes, each buffer is full but the last, and each array comes back whole.
import { expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { concatenate, float32, scope } from "../../../src/mx/index.ts";
import { fromBuffers, inBuffers } from "../../../src/train/parallel/buffers.ts";

const sizesOf = (seed: number): number[] => {
  const random = Random.fromSeed(seed);
  return Array.from(
    { length: 1 + (random.nextUint32() % 12) },
    () => 1 + (random.nextUint32() % 25),
  );
};

test.each([1, 2, 3, 4, 5, 6, 7, 8])("sizes drawn by seed %i", (seed) => {
  const sizes = sizesOf(seed);
  const limit = 10;
  const arrays = sizes.map((size, which) =>
    Array.from({ length: size }, (_, at) => 100 * which + at),
  );
  const found = scope(() => {
    const groups = inBuffers(
      arrays.map((numbers) => float32(numbers)),
      limit,
    );
    const buffers = groups.map((group) => concatenate(group.map(({ numbers }) => numbers)));
    const lengths = buffers.map(({ size }) => size);
    expect(lengths.slice(0, -1).every((length) => length === limit)).toBe(true);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(
      sizes.reduce((sum, size) => sum + size, 0),
    );
    // as a ring of two that have the same gives them back
    const doubled = buffers.map((buffer) => buffer.mul(2));
    return fromBuffers(groups, doubled).map((array) => [...array.toFloat32()]);
  });
  expect(found).toEqual(arrays.map((numbers) => numbers.map((value) => 2 * value)));
});
