// The trials of a sweep file, and their order by what came out. Running them is tests/cli/train/sweep.test.ts.
import { join } from "node:path";
import { expect, test } from "vitest";
import { ranked, readSweep, type TrialResult } from "../../../src/app/train/sweep.ts";
import { packageRoot } from "../../../src/core/paths.ts";
import { makeFile } from "../../support/folders.ts";

test("configs/sweeps/rates.yaml is valid: its base with each setting in its place", () => {
  const { trials } = readSweep(join(packageRoot(), "configs", "sweeps", "rates.yaml"), "/tmp/s");
  expect(trials.map(({ folder }) => folder)).toEqual([
    "/tmp/s/1-learning_rate=0.001-r=8",
    "/tmp/s/2-learning_rate=0.001-r=16",
    "/tmp/s/3-learning_rate=0.003-r=8",
    "/tmp/s/4-learning_rate=0.003-r=16",
  ]);
  const last = trials.at(-1)?.resolved.config;
  expect(last).toMatchObject({ model: { name: "builtin/tiny" }, lora: { r: 16, alpha: 64 } });
  expect(last?.optimization.learning_rate).toBe(3e-3);
});

test("more runs than anyone waits for are refused at once", () => {
  const many = Array.from({ length: 1000 }, (_, at) => at + 1);
  const grid = { seed: many, "lora.r": many };
  const file = makeFile("sweep.yaml", JSON.stringify({ base: {}, grid }));
  expect(() => readSweep(file)).toThrow("this makes 1000000 runs");
});

test("a folder is no setting of a run", () => {
  const file = makeFile("sweep.yaml", JSON.stringify({ grid: { output_dir: ["../a", "/b"] } }));
  expect(() => readSweep(file)).toThrow("output_dir cannot differ between runs");
});

test("the best first, whichever way is better; without an evaluation last", () => {
  const result = (best: number | null, trainLoss: number | null = null): TrialResult => ({
    ...{ folder: "", settings: {}, status: "completed", steps: 1, trainLoss },
    ...{ best, metric: "", seconds: 1, error: null },
  });
  const order = (better: "lower" | "higher") =>
    ranked([result(2), result(null), result(3)], better).map(({ best }) => best);
  expect(order("lower")).toEqual([2, 3, null]);
  expect(order("higher")).toEqual([3, 2, null]);
  const stopped = [result(null, 0.5), result(2, 1), result(null, 0.1)];
  expect(ranked(stopped, "lower").map(({ trainLoss }) => trainLoss)).toEqual([1, 0.1, 0.5]);
});
