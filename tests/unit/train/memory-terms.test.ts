// What the estimate depends on, and of what it is the sum.
import { describe, expect, test } from "vitest";
import { type EstimatedRun, estimateMemory } from "../../../src/train/memory-estimate.ts";

const model = {
  ...{ hiddenSize: 192, innerSize: 512, vocabularySize: 4687 },
  ...{ blockCount: 4, parameterCount: 2_700_000 },
};
const run = {
  ...{ trainable: 100_000, isAdapter: true, trainedBlocks: 4, batch: 4, longestRow: 256 },
  ...{ learnedShare: 1, weightBytes: 4, stateBytes: 800_000, updateCopies: 4, recompute: 0 },
  ...{
    largest: 10_000,
    trainedTable: 0,
    keptPerToken: 0,
    isHeadPacked: false,
    logitCopies: 0,
    readingBytes: 0,
    varies: true,
  },
};

const estimate = (changes: Partial<EstimatedRun> = {}): number =>
  estimateMemory(model, { ...run, ...changes }).totalBytes;

describe("the estimate", () => {
  test("falls with the blocks that the backward pass goes through, the batch, the rows and the precision", () => {
    const whole = estimate();
    for (const less of [
      { trainedBlocks: 1 },
      { batch: 1 },
      { longestRow: 64 },
      { weightBytes: 2 },
      { recompute: 1 },
    ])
      expect(estimate(less)).toBeLessThan(whole);
  });

  test("rises with what layers say that they keep, and that they work with", () => {
    const more = (changes: object): number =>
      estimateMemory({ ...model, ...changes }, run).totalBytes;
    const kept = { ofBlock: 100, ofInput: 0, outside: 0 };
    expect(more({ kept })).toBeGreaterThan(estimate());
    const { terms } = estimateMemory({ ...model, workPerToken: 10_000 }, run);
    const work = terms.find(({ name }) => name === "layer at work");
    // beyond what is counted for a block at work
    expect(work?.bytes).toBe(Math.round(4 * 256 * (10_000 - 6.2 * 192 - 3.9 * 512) * 4));
  });

  test("is the sum of its terms, the allocator's share and the program among them", () => {
    const { terms, totalBytes, cacheBytes } = estimateMemory(model, run);
    expect(terms.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(totalBytes);
    expect(terms.find(({ name }) => name === "cache")?.bytes).toBe(cacheBytes);
    expect(estimate({ varies: false })).toBeLessThan(totalBytes);
    expect(terms.map(({ name }) => name)).toContain("program");
  });
});
