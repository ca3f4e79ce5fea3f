// Learning rates equal transformers' schedulers and PyTorch's, but that no step of the warm-up is lost to a rate of zero.
// Expected values: tests/fixtures/nn/make.py.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { makeSchedule, scheduleNames } from "../../../src/nn/index.ts";

interface Recorded {
  peak: number;
  cases: { name: string; warmup: number; total: number; rates: number[] }[];
}

const recorded = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../fixtures/nn/schedules.json"), "utf8"),
) as Recorded;

/** As in the fixture. */
const own = { cycles: 2, decayRate: 0.3, decaySteps: 5 };

test("every schedule is recorded, with and without warm-up", () => {
  for (const name of scheduleNames())
    expect(recorded.cases.filter((one) => one.name === name).map((one) => one.warmup)).toEqual([
      0, 4,
    ]);
});

describe.each(recorded.cases)("$name, warm-up $warmup", ({ name, warmup, total, rates }) => {
  const { peak } = recorded;
  const schedule = makeSchedule(name, {
    peak,
    warmupSteps: warmup,
    totalSteps: total,
    finalShare: 0,
    ...own,
  });
  const warmsUp = name !== "constant" && warmup > 0;

  test("after the warm-up", () => {
    // Double precision on both sides; the formulas associate differently.
    for (let step = warmsUp ? warmup : 0; step < total; step++)
      expect(schedule(step), `step ${step}`).toBeCloseTo(rates[step] ?? Number.NaN, 12);
  });

  test("in the warm-up, one step ahead: the first rate is above zero, the last is the peak", () => {
    for (let step = 0; warmsUp && step < warmup; step++)
      expect(schedule(step), `step ${step}`).toBeCloseTo(rates[step + 1] ?? Number.NaN, 12);
    expect(schedule(0)).toBeGreaterThan(0);
    expect(Math.max(...rates.map((_, step) => schedule(step)))).toBe(peak);
  });
});

describe("closed form", () => {
  const settings = { peak: 2, warmupSteps: 0, totalSteps: 10, finalShare: 0.1, ...own };

  test("linear and cosine end at the final share and stay there", () => {
    for (const name of ["linear", "cosine"]) {
      const schedule = makeSchedule(name, settings);
      expect(schedule(0)).toBe(2);
      expect(schedule(5)).toBeCloseTo(1.1, 12);
      expect(schedule(10)).toBeCloseTo(0.2, 12);
      expect(schedule(1000)).toBeCloseTo(0.2, 12);
    }
  });

  test("without a length of their own, decays take the steps there are", () => {
    const rates = (name: string, decaySteps: number | null): number[] => {
      const schedule = makeSchedule(name, { ...settings, finalShare: 0, decaySteps });
      return Array.from({ length: 11 }, (_, step) => schedule(step));
    };
    expect(rates("exponential", null)).toEqual(rates("exponential", 10));
    expect(rates("step", null)).toEqual(rates("step", 4));
    expect(rates("warmup_stable_decay", null)).toEqual(rates("warmup_stable_decay", 1));
  });

  test("a warm-up longer than the run rises through all of it", () => {
    const schedule = makeSchedule("linear", { ...settings, warmupSteps: 50 });
    expect(schedule(0)).toBeCloseTo(0.2, 12);
    expect(schedule(9)).toBe(2);
  });

  test("an unknown name lists those there are", () => {
    const unknown = (): unknown => makeSchedule("polynomial", settings);
    expect(unknown).toThrow(
      "Unknown scheduler 'polynomial'. Valid options: [linear, cosine, constant, constant_with_warmup,",
    );
  });
});
