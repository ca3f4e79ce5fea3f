import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import {
  type BatchCursor,
  BatchPlan,
  type BatchPlanOptions,
  type BatchWindow,
  type Grouping,
} from "../../../src/data/batches.ts";

const start: BatchCursor = { epoch: 0, window: 0 };

function lengthsOf(count: number): number[] {
  const random = Random.fromSeed(count);
  return Array.from({ length: count }, () => 1 + random.integer(500));
}

function options(count: number, changes: Partial<BatchPlanOptions> = {}): BatchPlanOptions {
  const fixed = { batchSize: 4, accumulation: 3, seed: 42, order: "shuffled" as const };
  return { lengths: lengthsOf(count), ...fixed, ...changes };
}

function take(plan: BatchPlan, cursor: BatchCursor, count: number): BatchWindow[] {
  const windows = plan.windows(cursor);
  return Array.from({ length: count }, () => windows.next().value);
}

function epochOf(plan: BatchPlan, epoch: number): number[] {
  const windows = take(plan, { epoch, window: 0 }, plan.windowsPerEpoch);
  return windows.flatMap((window) => window.microBatches.flat());
}

const shapes = [1, 2, 3, 7, 64].flatMap((batchSize) =>
  [1, 2, 5].flatMap((accumulation) =>
    [1, 5, 12, 401].map((count) => ({ count, batchSize, accumulation })),
  ),
);

describe.each([
  { order: "shuffled" as const, grouping: "none" as const },
  { order: "shuffled" as const, grouping: "pools" as const },
  { order: "shuffled" as const, grouping: "buckets" as const, buckets: [90, 200, 300, 500] },
  { order: "shuffled" as const, grouping: "buckets" as const, buckets: [90, 200] },
  { order: "sequential" as const, grouping: "none" as const },
])("%j", (how) => {
  test.each(shapes)("every sample exactly once an epoch: %j", ({ count, ...sizes }) => {
    const plan = new BatchPlan(options(count, { ...how, ...sizes }));
    const windows = take(plan, start, 2 * plan.windowsPerEpoch);
    for (const epoch of [0, 1]) {
      const own = windows.filter((window) => window.cursor.epoch === epoch);
      expect(own).toHaveLength(plan.windowsPerEpoch);
      const seen = own.flatMap((window) => window.microBatches.flat());
      expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
    }
    for (const { microBatches } of windows) {
      expect(microBatches.length).toBeGreaterThan(0);
      expect(microBatches.length).toBeLessThanOrEqual(sizes.accumulation);
      expect(microBatches.every((one) => one.length > 0 && one.length <= sizes.batchSize)).toBe(
        true,
      );
    }
  });

  test("going on from any cursor, through JSON and in a new plan, is never having stopped", () => {
    const whole = take(new BatchPlan(options(29, how)), start, 9);
    for (const [index, { next }] of whole.slice(0, 8).entries()) {
      const cursor = JSON.parse(JSON.stringify(next)) as BatchCursor;
      expect(take(new BatchPlan(options(29, how)), cursor, 8 - index)).toEqual(
        whole.slice(index + 1),
      );
    }
  });
});

describe("order", () => {
  test("changes with the epoch and the seed, and with nothing else", () => {
    const plan = new BatchPlan(options(50));
    expect(epochOf(plan, 0)).toEqual(epochOf(new BatchPlan(options(50)), 0));
    expect(epochOf(plan, 1)).not.toEqual(epochOf(plan, 0));
    expect(epochOf(new BatchPlan(options(50, { seed: 43 })), 0)).not.toEqual(epochOf(plan, 0));
    expect(epochOf(new BatchPlan(options(50, { batchSize: 7 })), 0)).toEqual(epochOf(plan, 0));
  });

  test("sequential is the samples as they stand, each epoch", () => {
    const plan = new BatchPlan(options(5, { order: "sequential", batchSize: 2, accumulation: 2 }));
    expect(take(plan, start, 3).map((window) => window.microBatches)).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
      [[4]],
      [
        [0, 1],
        [2, 3],
      ],
    ]);
  });

  test.each(["pools", "buckets"] as const)(
    "grouping by length saves most of the padding and still mixes lengths: %s",
    (grouping) => {
      const buckets = Array.from({ length: 30 }, (_, at) => Math.ceil((500 / 30) * (at + 1)));
      const padding = (how: Grouping): number => {
        const settings = options(2000, { grouping: how, buckets, batchSize: 8 });
        const plan = new BatchPlan(settings);
        return take(plan, start, plan.windowsPerEpoch)
          .flatMap((window) => window.microBatches)
          .map((batch) => batch.map((index) => settings.lengths[index] ?? 0))
          .reduce(
            (sum, all) => sum + all.length * Math.max(...all) - all.reduce((a, b) => a + b),
            0,
          );
      };
      expect(padding(grouping)).toBeLessThan(padding("none") / 10);
      const grouped = new BatchPlan(options(2000, { grouping, buckets, batchSize: 8 }));
      const first = take(grouped, start, 20).map((window) => window.microBatches[0]?.[0] ?? 0);
      const lengths = first.map((index) => lengthsOf(2000)[index] ?? 0);
      expect(lengths).not.toEqual([...lengths].sort((a, b) => a - b));
    },
  );

  test("rows of a bucket meet others in each epoch", () => {
    const settings = { grouping: "buckets" as const, buckets: [250, 500], batchSize: 8 };
    const plan = new BatchPlan(options(400, settings));
    const together = (epoch: number): number[] => {
      const windows = take(plan, { epoch, window: 0 }, plan.windowsPerEpoch);
      const batches = windows.flatMap((window) => window.microBatches);
      return batches.find((batch) => batch.includes(7))?.toSorted((a, b) => a - b) ?? [];
    };
    expect(together(0)).not.toEqual(together(1));
  });
});

describe("cursors", () => {
  test("a step's cursor counts windows over epochs", () => {
    const plan = new BatchPlan(options(29));
    expect(plan.windowsPerEpoch).toBe(3);
    const cursors = take(plan, start, 7).map((window) => window.cursor);
    expect(cursors.map((_, step) => plan.cursorAt(step))).toEqual(cursors);
  });

  test.each([
    { epoch: 0, window: 3 },
    { epoch: -1, window: 0 },
    { epoch: 0, window: 0.5 },
  ])("there is no window at %j", (cursor) => {
    expect(() => new BatchPlan(options(29)).window(cursor)).toThrow(RangeError);
  });

  test("a plan needs samples and positive sizes", () => {
    expect(() => new BatchPlan(options(0))).toThrow(RangeError);
    expect(() => new BatchPlan(options(3, { batchSize: 0 }))).toThrow(RangeError);
    expect(() => new BatchPlan(options(3, { accumulation: 1.5 }))).toThrow(RangeError);
  });

  test("changing a window that was given out changes nothing", () => {
    const plan = new BatchPlan(options(29));
    const before = structuredClone(plan.window(start));
    plan.window(start).microBatches[0]?.reverse();
    expect(plan.window(start)).toEqual(before);
  });
});
