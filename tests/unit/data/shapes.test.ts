import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { BatchPlan } from "../../../src/data/batches.ts";
import { bucketOf, chooseBuckets } from "../../../src/data/buckets.ts";
import { collate } from "../../../src/data/collate.ts";
import { allShapes, plannedBatches, shapesOf } from "../../../src/data/shapes.ts";

/** Log-normal with a median of 180, cut to 32 … 1,024: like conversations. */
function skewed(count: number, seed: number): number[] {
  const random = Random.fromSeed(seed);
  return Array.from({ length: count }, () => {
    const [u, v] = [1 - random.next(), random.next()];
    const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    return Math.max(32, Math.min(1024, Math.round(180 * Math.exp(0.8 * normal))));
  });
}

const wasteOf = (lengths: readonly number[], buckets: readonly number[]): number =>
  lengths.reduce(
    (sum, length) => sum + (buckets[bucketOf(length, buckets)] ?? Infinity) - length,
    0,
  );

describe("buckets", () => {
  test("are the cheapest that there are", () => {
    const lengths = [3, 3, 3, 9, 10, 11, 30, 31, 2];
    const every = Array.from({ length: 31 }, (_, at) => at + 1);
    let least = Infinity;
    for (const a of every)
      for (const b of every)
        least = Math.min(
          least,
          wasteOf(
            lengths,
            [a, b, 31].toSorted((x, y) => x - y),
          ),
        );
    const chosen = chooseBuckets(lengths, { count: 3, batchSize: 1, multiple: 1, maximum: 100 });
    expect(chosen).toEqual([3, 11, 31]);
    expect(wasteOf(lengths, chosen)).toBe(least);
  });

  test("are multiples, but never beyond the maximum", () => {
    expect(
      chooseBuckets([5, 20, 29], { count: 9, batchSize: 1, multiple: 8, maximum: 30 }),
    ).toEqual([8, 24, 30]);
    expect(
      chooseBuckets([33, 20, 5], { count: 2, batchSize: 1, multiple: 8, maximum: 30 }),
    ).toEqual([8, 33]);
    expect(chooseBuckets([], { count: 3, batchSize: 1, multiple: 8, maximum: 30 })).toEqual([]);
  });

  test("are found quickly for long rows of every length", () => {
    const lengths = Array.from({ length: 40_000 }, (_, at) => at + 1);
    const started = performance.now();
    const chosen = chooseBuckets(lengths, {
      count: 30,
      batchSize: 1,
      multiple: 8,
      maximum: 40_000,
    });
    expect(performance.now() - started).toBeLessThan(2000);
    expect(chosen).toHaveLength(30);
    expect(chosen.at(-1)).toBe(40_000);
  });
});

describe.each([
  { batchSize: 1, count: 400 },
  { batchSize: 4, count: 400 },
  { batchSize: 4, count: 403 },
  { batchSize: 16, count: 10_001 },
])("%j of skewed lengths", ({ batchSize, count }) => {
  const lengths = skewed(count, 1);
  const buckets = chooseBuckets(lengths, { count: 29, batchSize, multiple: 8, maximum: 1024 });
  const padding = { padToMultiple: 32, maxLength: 1024, buckets };
  const sizes = { batchSize, accumulation: 2, seed: 3, order: "shuffled" as const };
  const plan = new BatchPlan({ lengths, buckets, grouping: "buckets", ...sizes });
  const epoch = (at: number): number[][] =>
    Array.from({ length: plan.windowsPerEpoch }, (_, window) =>
      plan.window({ epoch: at, window }),
    ).flatMap((one) => one.microBatches);

  test("at most 32 shapes, the same in every epoch, and at most 5 % padding", () => {
    const first = shapesOf(epoch(0), lengths, padding);
    expect(first.shapes.length).toBeLessThanOrEqual(30);
    expect(first.padding).toBeLessThan(0.05);
    for (const at of [1, 2, 3])
      expect(shapesOf(epoch(at), lengths, padding).shapes).toEqual(first.shapes);
    const planned = shapesOf(plannedBatches(plan, 3 * plan.windowsPerEpoch), lengths, padding);
    expect(planned).toEqual(first);
    expect(planned.shapes[0]).toEqual({ batch: batchSize, length: buckets.at(-1) });
  });

  test("collating gives the shapes that were planned", () => {
    const sequence = (length: number) => ({
      ids: new Int32Array(length + 1),
      weights: new Float32Array(length + 1),
    });
    const made = epoch(0).map((batch) => {
      const units = batch.map((unit) => [sequence(lengths[unit] ?? 0)]);
      const { batch: rows, length } = collate(units, { ...padding, padId: 0 });
      return [{ batch: rows, length }];
    });
    expect(allShapes(...made)).toEqual(shapesOf(epoch(0), lengths, padding).shapes);
  });
});
