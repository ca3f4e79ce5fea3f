import { describe, expect, test } from "vitest";
import {
  cutRows,
  encodeInChunks,
  encodeRows,
  learnedCount,
  lengthHistogram,
  tokenCount,
} from "../../../src/data/encode.ts";
import { lostRows } from "../../../src/data/lost-rows.ts";
import type { Row } from "../../../src/data/rows.ts";
import type { MaskPolicy, Renderer, Sample } from "../../../src/text/types.ts";

/** One token a character; under "assistant" only what follows "|" is learned. */
const renderer: Renderer = {
  name: "characters",
  takesTurns: true,
  says: { tools: false, toolCalls: false },
  render(sample: Sample, policy: MaskPolicy) {
    const text = sample.kind === "text" ? sample.text : "";
    const ids = Array.from(text).map((character) => character.codePointAt(0) ?? 0);
    const start = policy === "assistant" ? text.indexOf("|") + 1 : 0;
    return { ids, weights: ids.map((_, index) => (index >= start ? 1 : 0)) };
  },
  renderMany: (samples, policy) => samples.map((sample) => renderer.render(sample, policy)),
  notices: () => [],
  prompt: () => [],
  promptText: () => "",
};

function encode(
  texts: readonly string[],
  maxLength: number,
  maskPolicy: MaskPolicy = "assistant",
  dropLong = false,
) {
  const rows = texts.map((text, index): Row => {
    const sample = { kind: "text" as const, text };
    return { sample, format: "text", file: "rows.jsonl", line: index + 1 };
  });
  return cutRows(encodeRows(rows, { renderer, maskPolicy }), { maxLength, dropLong });
}

describe("encodeRows", () => {
  test("keeps ids, weights and the row side by side", () => {
    const { samples, truncated, dropped } = encode(["ab|cd"], 10);
    expect([truncated, dropped]).toEqual([0, []]);
    expect([...(samples[0]?.sequences[0]?.ids ?? [])]).toEqual([97, 98, 124, 99, 100]);
    expect([...(samples[0]?.sequences[0]?.weights ?? [])]).toEqual([0, 0, 0, 1, 1]);
    expect(samples[0]?.row.line).toBe(1);
  });

  test("cuts on the right and counts it", () => {
    const { samples, truncated } = encode(["ab|cdef", "a|b"], 5);
    expect(truncated).toBe(1);
    expect(samples.map(tokenCount)).toEqual([5, 3]);
    expect([...(samples[0]?.sequences[0]?.weights ?? [])]).toEqual([0, 0, 0, 1, 1]);
  });

  test("says which rows were cut, and how much of what is learned is gone", () => {
    const { cut } = encode(["ab|cdef", "a|b", "abc|d"], 5);
    expect(cut).toMatchObject([{ row: { line: 1 }, tokens: 7, lostTokens: 2 }]);
    expect(lostRows({ cut, dropped: [] }, "train", 5)).toEqual([
      {
        ...{ split: "train", file: "rows.jsonl", line: 1, what: "cut" },
        ...{ reason: "longer than 5 tokens", tokens: 7, lostTokens: 2 },
      },
    ]);
  });

  test("leaves long rows out where that is asked", () => {
    const { samples, truncated, cut, dropped } = encode(["ab|cdef", "a|b"], 5, "all", true);
    expect([samples.length, truncated, cut]).toEqual([1, 0, []]);
    expect(dropped).toMatchObject([
      { row: { line: 1 }, tokens: 7, reason: "longer than 5 tokens" },
    ]);
  });

  test("a sample whose learned part was cut off is dropped and said", () => {
    const { samples, truncated, dropped } = encode(["abcde|f", "a|b"], 4);
    expect([samples.length, truncated]).toEqual([1, 0]);
    expect(dropped).toMatchObject([
      { row: { line: 1 }, tokens: 7, reason: "nothing left to learn after the cut to 4 tokens" },
    ]);
  });

  test("a sample with no learned token, or only its first, is dropped", () => {
    expect(encode(["abc|"], 9).dropped).toMatchObject([{ reason: "no token to learn" }]);
    expect(encode(["x", ""], 9, "all").dropped).toHaveLength(2);
    expect(encode(["xy"], 9, "all").samples).toHaveLength(1);
  });
});

test("the first token of a row is never learned, whatever its weight", () => {
  const [sample] = encode(["abcd"], 9, "all").samples;
  expect(sample && [tokenCount(sample), learnedCount(sample)]).toEqual([4, 3]);
});

describe("encodeInChunks", () => {
  const rows = Array.from({ length: 600 }, (_, index): Row => {
    const sample = { kind: "text" as const, text: index % 5 === 0 ? "" : `row ${index}` };
    return { sample, format: "text", file: "rows.jsonl", line: index + 1 };
  });
  const encodeSome = (some: readonly Row[]): ReturnType<typeof encodeRows> =>
    encodeRows(some, { renderer, maskPolicy: "all" });

  test("gives what encoding at once gives, and tells how far it is", async () => {
    const told: number[] = [];
    const all = await encodeInChunks(rows, encodeSome, { onProgress: (done) => told.push(done) });
    expect(all).toEqual(encodeSome(rows));
    expect(told).toEqual([256, 512, 600]);
  });

  test("ends with exit 130 between two chunks when asked to stop", async () => {
    let asked = 0;
    const shouldStop = (): boolean => ++asked === 2;
    await expect(encodeInChunks(rows, encodeSome, { shouldStop })).rejects.toMatchObject({
      code: "FT-INTERRUPTED",
      exitCode: 130,
    });
    expect(asked).toBe(2);
  });
});

describe("lengthHistogram", () => {
  test("doubles its buckets and takes percentiles by nearest rank", () => {
    const lengths = [3, 8, 9, 16, 17, 64];
    expect(lengthHistogram(lengths, 8)).toEqual({
      mean: 19.5,
      median: 9,
      p95: 64,
      maximum: 64,
      buckets: [
        { upTo: 8, count: 2 },
        { upTo: 16, count: 2 },
        { upTo: 32, count: 1 },
        { upTo: 64, count: 1 },
      ],
    });
  });

  test("of nothing is nothing", () => {
    expect(lengthHistogram([], 8)).toEqual({ mean: 0, median: 0, p95: 0, maximum: 0, buckets: [] });
  });
});
