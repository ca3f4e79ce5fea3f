// The benchmark of training steps measures real steps: what trains and what is resident follow the method.
import { expect, test } from "vitest";
import { benchTraining } from "../../../src/app/bench/train-bench.ts";
import { tunings } from "../../../src/train/tuning/index.ts";

const options = {
  ...{ shape: "tiny", batch: 2, length: 32, steps: 2, warmup: 1 },
  ...{ learned: 0.25, layers: -1, rank: 4, compile: false },
};

test("every tuning is measured, and adapters need less than all weights", async () => {
  const { environment, results } = await benchTraining({ ...options, methods: tunings.names() });
  expect(environment.node).toBe(process.versions.node);
  expect(results.map(({ method }) => method)).toEqual(tunings.names());
  const of = (method: string) => results.find((result) => result.method === method);
  for (const { stepSeconds, tokensPerSecond, supervisedTokensPerSecond } of results) {
    expect(stepSeconds.p50).toBeGreaterThan(0);
    expect(stepSeconds.p90).toBeGreaterThanOrEqual(stepSeconds.p50);
    expect(supervisedTokensPerSecond / tokensPerSecond).toBeCloseTo(0.25);
  }
  expect(of("lora")?.trainableParameters).toBeLessThan(of("full")?.trainableParameters ?? 0);
  expect(of("lora")?.peakMemoryBytes).toBeLessThan(of("full")?.peakMemoryBytes ?? 0);
});

test("a shape that nobody knows is refused with those there are", async () => {
  await expect(benchTraining({ ...options, shape: "huge", methods: ["lora"] })).rejects.toThrow(
    expect.objectContaining({ code: "FT-CONFIG-068", message: expect.stringContaining("tiny") }),
  );
});
