import { describe, expect, test } from "vitest";
import { Random, type RandomState } from "../../../src/core/random.ts";

function draw(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.nextUint32());
}

describe("Random", () => {
  test("is xoshiro128** from the state 1, 2, 3, 4, as its authors' C program prints", () => {
    const random = Random.fromState({ key: "0", words: [1, 2, 3, 4] });
    expect(draw(random, 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
      4258142804,
    ]);
  });

  test("is seeded by SplitMix64, whose first outputs for 1234567 are published", () => {
    const [first, second] = [6457827717110365317n, 3203168211198807973n];
    const halves = [first, first >> 32n, second, second >> 32n];
    const words = halves.map((value) => Number(value & 0xffffffffn));
    expect(Random.fromSeed(1234567).getState()).toEqual({ key: "1234567", words });
  });

  test("continues from a state that went through JSON", () => {
    const random = Random.fromSeed(-7);
    draw(random, 5);
    const state = JSON.parse(JSON.stringify(random.getState())) as RandomState;
    const rest = draw(random, 20);
    expect(draw(Random.fromState(state), 20)).toEqual(rest);
    random.setState(state);
    expect(draw(random, 20)).toEqual(rest);
  });

  test("a split stream depends on seed and name, not on what was drawn", () => {
    const random = Random.fromSeed(1);
    const early = draw(random.split("data"), 4);
    draw(random, 100);
    expect(draw(random.split("data"), 4)).toEqual(early);
    expect(draw(random.split("model"), 4)).not.toEqual(early);
    expect(draw(Random.fromSeed(2).split("data"), 4)).not.toEqual(early);
  });

  test("refuses seeds and states that are none", () => {
    const random = Random.fromSeed(1);
    expect(() => Random.fromSeed(0.5)).toThrow(RangeError);
    expect(() => random.setState(Random.fromSeed(2).getState())).toThrow("another stream");
    expect(() => random.setState({ key: "1", words: [0, 0, 0, 0] })).toThrow("not all zero");
    expect(() => random.integer(0)).toThrow(RangeError);
  });

  test("shuffle gives every order of three about equally often", () => {
    const random = Random.fromSeed(3);
    const counts = new Map<string, number>();
    for (let round = 0; round < 6000; round++) {
      const order = random.shuffle(3).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Expected 1000 each with standard deviation 29; the seed is fixed, so this cannot flicker.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  test("numbers lie in [0, 1) with mean near a half", () => {
    const random = Random.fromSeed(4);
    const values = Array.from({ length: 10_000 }, () => random.next());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    // Standard deviation of the mean is 0.0029.
    expect(values.reduce((sum, value) => sum + value, 0) / 10_000).toBeCloseTo(0.5, 1);
  });
});
