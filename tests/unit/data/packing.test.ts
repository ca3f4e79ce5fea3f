import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { packRows } from "../../../src/data/packing.ts";

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function plainBestFit(lengths: readonly number[], capacity: number): number {
  const rooms: number[] = [];
  for (const length of lengths.toSorted((a, b) => b - a)) {
    const fitting = rooms.filter((room) => room >= length);
    const best = rooms.indexOf(Math.min(...fitting));
    if (best === -1) rooms.push(capacity - length);
    else rooms[best] = (rooms[best] ?? 0) - length;
  }
  return rooms.length;
}

describe.each([1, 7, 32, 33, 100, 2048])("windows of %i", (capacity) => {
  const random = Random.fromSeed(capacity);
  const lengths = Array.from({ length: 500 }, () => 1 + random.integer(capacity));

  test("every row is in one window, and none is too full", () => {
    const windows = packRows(lengths, capacity);
    expect(windows.flat().toSorted((a, b) => a - b)).toEqual([...lengths.keys()]);
    for (const rows of windows) {
      expect(sum(rows.map((row) => lengths[row] ?? 0))).toBeLessThanOrEqual(capacity);
      expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    }
    expect(packRows(lengths, capacity)).toEqual(windows);
  });

  test("as few windows as best fit needs, searched without hurry", () => {
    expect(packRows(lengths, capacity)).toHaveLength(plainBestFit(lengths, capacity));
  });
});

test("the fullest window that holds a row gets it", () => {
  expect(packRows([6, 7, 3, 4], 10)).toEqual([
    [0, 3],
    [1, 2],
  ]);
  expect(packRows([], 10)).toEqual([]);
});

test("a row longer than a window, and one of no positions", () => {
  expect(packRows([12, 0, 10], 10)).toEqual([[0], [1, 2]]);
});

test("many rows are packed quickly, and full", () => {
  const random = Random.fromSeed(5);
  const lengths = Array.from({ length: 100_000 }, () => 20 + random.integer(600));
  const started = performance.now();
  const windows = packRows(lengths, 2048);
  expect(performance.now() - started).toBeLessThan(3000);
  expect(sum(lengths) / (windows.length * 2048)).toBeGreaterThan(0.99);
});
