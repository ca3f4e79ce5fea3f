import { expect, test } from "vitest";
import { type SamplingOptions, sampleToken } from "../../../src/generate/sampling.ts";
import { describeBackend, float32, randomKey, scope } from "../../../src/mx/index.ts";

describeBackend();

const logits = [0.5, 2, 1.9, -1, 0];

/** Tokens drawn with 200 seeds. */
function drawn(options: Partial<SamplingOptions>): Set<number> {
  const settings = { temperature: 1, topK: 0, topP: 1, ...options };
  const tokens = Array.from({ length: 200 }, (_, seed) =>
    scope(() => sampleToken(float32(logits, [1, 5]), settings, randomKey(seed)).item()),
  );
  return new Set(tokens);
}

test("without a limit every token can come", () => {
  expect(drawn({}).size).toBe(5);
});

test("top-k keeps the likeliest k", () => {
  expect(drawn({ topK: 2 })).toEqual(new Set([1, 2]));
});

test("top-p keeps the fewest tokens that reach the mass", () => {
  // the two likeliest hold 0.82 of the mass, the first alone 0.43
  expect(drawn({ topP: 0.6 })).toEqual(new Set([1, 2]));
  expect(drawn({ topP: 0.3 })).toEqual(new Set([1]));
});

test.each([1e-4, 1e-8, 1e-12])("top-p of %d still keeps the likeliest", (topP) => {
  expect(drawn({ topP })).toEqual(new Set([1]));
});
