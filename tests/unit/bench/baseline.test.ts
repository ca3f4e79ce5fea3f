import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { baselineOf, readBaseline } from "../../../src/app/bench/baseline.ts";

const result = {
  ...{ shape: "tiny", method: "lora", batch: 4, length: 256 },
  ...{ trainableParameters: 1, tokensPerSecond: 10, peakMemoryBytes: 5 },
};

function fileOf(name: string, text: string): string {
  const folder = join(inject("runFolder"), "baseline");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test("an earlier result is compared with where it is of the same work", () => {
  const baseline = readBaseline(fileOf("good.json", JSON.stringify({ results: [result] })));
  const now = { ...result, supervisedTokensPerSecond: 1 };
  const measured = { ...now, compile: "on" as const, stepSeconds: { p50: 1, p90: 1 } };
  expect(baselineOf(measured, baseline)?.tokensPerSecond).toBe(10);
  expect(baselineOf({ ...measured, batch: 8 }, baseline)).toBeUndefined();
  expect(baselineOf({ ...measured, trainableParameters: 2 }, baseline)).toBeUndefined();
});

test.each([["{"], ["{}"], ['{"results":[{"shape":1}]}']])("%s is no such result", (text) => {
  expect(() => readBaseline(fileOf("bad.json", text))).toThrow(
    expect.objectContaining({ code: "FT-USAGE-013" }),
  );
});
