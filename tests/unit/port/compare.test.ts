// The comparer on made-up layers: what counts as the same, how far apart things are, where that begins.
import { describe, expect, test } from "vitest";
import { compareTraces, compareValues, departs, type Values } from "../../../dev/port/compare.ts";

/** Counting numbers, changed at some places. */
function values(shape: number[], changes: Record<number, number> = {}): Values {
  const size = shape.reduce((product, length) => product * length, 1);
  const numbers = Float32Array.from({ length: size }, (_, at) => changes[at] ?? at - 2);
  return { shape, values: numbers };
}

const compared = (actual: Values, expected: Values) =>
  compareValues("a layer", actual, expected, 1e-3);

describe("one layer", () => {
  test("equal numbers are at no distance", () => {
    const found = compared(values([2, 3, 2]), values([2, 3, 2]));
    expect(found).toEqual({ layer: "a layer", relative: 0, tolerance: 1e-3, note: "" });
    expect(departs(found)).toBe(false);
  });

  test("the distance is of the largest expected value, whatever its sign", () => {
    const found = compared(values([4], { 1: 0 }), values([4], { 3: -50 }));
    // −1 became 0, and −50 is 1.
    expect(found.relative).toBeCloseTo(51 / 50, 6);
    expect(compared(values([4], { 1: -0.99 }), values([4])).relative).toBeCloseTo(0.01 / 2, 6);
  });

  test("as far as is allowed is not too far", () => {
    expect(departs({ layer: "", relative: 1e-3, tolerance: 1e-3, note: "" })).toBe(false);
    expect(departs({ layer: "", relative: 1.01e-3, tolerance: 1e-3, note: "" })).toBe(true);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("%f departs, wherever it is", (odd) => {
    for (const at of [0, 5, 11]) {
      const found = compared(values([2, 3, 2], { [at]: odd }), values([2, 3, 2]));
      expect(departs(found)).toBe(true);
      expect(found.relative).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test("zeros are compared as they are", () => {
    const zeros = { shape: [3], values: new Float32Array(3) };
    expect(compared(zeros, zeros).relative).toBe(0);
    expect(compared({ ...zeros, values: Float32Array.of(0, 0.5, 0) }, zeros).relative).toBe(0.5);
  });

  test("the first token that departs is named, of whichever row", () => {
    const [own, wanted] = [values([2, 4, 3], { 22: 99, 18: 99, 11: 99 }), values([2, 4, 3])];
    // 18 is token 2 of the second row, 11 token 3 of the first, 22 token 3 of the second.
    expect(compared(own, wanted).note).toBe("from token 2");
    expect(compared(values([4], { 1: 7 }), values([4])).note).toBe("");
  });

  test("other sizes cannot be compared, and say so", () => {
    const found = compared(values([2, 3, 4]), values([2, 3, 2]));
    expect(found).toMatchObject({ relative: Number.POSITIVE_INFINITY });
    expect(found.note).toBe("shape 2×3×4, expected 2×3×2");
    expect(departs(found)).toBe(true);
  });
});

describe("layouts that mean nothing", () => {
  test("heads before positions are positions before heads", () => {
    const positionsFirst = values([2, 5, 3, 4]);
    const headsFirst = { shape: [2, 3, 5, 4], values: new Float32Array(120) };
    for (const [at, value] of positionsFirst.values.entries()) {
      const [size, head] = [at % 4, Math.floor(at / 4) % 3];
      const [position, row] = [Math.floor(at / 12) % 5, Math.floor(at / 60)];
      headsFirst.values[((row * 3 + head) * 5 + position) * 4 + size] = value;
    }
    expect(compared(headsFirst, positionsFirst).relative).toBe(0);
    expect(compared(positionsFirst, headsFirst).relative).toBe(0);
    const wrong = { ...positionsFirst, shape: [2, 3, 5, 4] };
    expect(departs(compared(wrong, positionsFirst))).toBe(true);
  });

  test("rows one after the other are rows", () => {
    expect(compared(values([6, 2]), values([2, 3, 2])).relative).toBe(0);
  });
});

test("of two traces, what both have is compared, in our order", () => {
  const ours = new Map([
    ["b", values([3])],
    ["only here", values([3])],
    ["a", values([3], { 2: 9 })],
  ]);
  const theirs = new Map([
    ["a", values([3])],
    ["b", values([3])],
    ["only there", values([3])],
  ]);
  const found = compareTraces(ours, theirs, 1e-3);
  expect(found.map(({ layer }) => layer)).toEqual(["b", "a"]);
  expect(found.map(departs)).toEqual([false, true]);
});
