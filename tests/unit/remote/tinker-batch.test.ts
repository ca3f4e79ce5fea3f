// Rows as the service takes them: tokens, targets, and the masks that any run here has.
import { expect, test } from "vitest";
import type { EncodedRow } from "../../../src/data/index.ts";
import { lossSum, remoteBatch } from "../../../src/remote/tinker/batch.ts";
import { joinOutputs } from "../../../src/remote/tinker/chunks.ts";
import { tokenizerId } from "../../../src/remote/tinker/tokenizer.ts";
import { datumBytes } from "../../../src/remote/tinker/wire/forward-backward.ts";

function unit(ids: number[], weights: number[]): EncodedRow[] {
  const row = { sample: { kind: "text" as const, text: "" }, format: "text", file: "", line: 1 };
  return [{ row, sequences: [{ ids: Int32Array.from(ids), weights: Float32Array.from(weights) }] }];
}

test("each token is the target of the one before it, and weights go with the targets", () => {
  const batch = remoteBatch([unit([5, 6, 7, 8], [0, 0, 1, 1]), unit([9, 3], [1, 1])]);
  expect(
    batch.data.map(({ tokens, targets, weights }) => [[...tokens], [...targets], [...weights]]),
  ).toEqual([
    [
      [5, 6, 7],
      [6, 7, 8],
      [0, 1, 1],
    ],
    [[9], [3], [1]],
  ]);
  expect(batch).toMatchObject({ tokens: 4, learnedTokens: 3, weightSum: 3 });
  expect(datumBytes(batch.data[0] as never)).toBe(3 * (4 + 8 + 4));
});

test("the loss is a sum over what counts, of the tokens' own where they are told", () => {
  const { data } = remoteBatch([unit([5, 6, 7, 8], [0, 0, 1, 0.5])]);
  const logprobs = [[Number.NEGATIVE_INFINITY, -2, -4]];
  expect(lossSum(data, { logprobs, metrics: {}, data: 1 })).toBe(4);
  expect(lossSum(data, { logprobs: undefined, metrics: { "loss:sum": 7 }, data: 1 })).toBe(7);
  const wrong = [[[-1, -2]], [[-1, -2, -4], [-1]], []];
  for (const logprobs of wrong)
    expect(() => lossSum(data, { logprobs, metrics: {}, data: 1 })).toThrow(
      /Cannot read Tinker's answer/,
    );
  expect(() => lossSum(data, { logprobs: undefined, metrics: {}, data: 1 })).toThrow(/neither/);
});

test("figures of chunks become one by how their name says", () => {
  const of = (data: number, value: number) => ({
    logprobs: [],
    data,
    metrics: {
      "a:mean": value,
      "b:sum": value,
      "c:min": value,
      "d:max": value,
      "e:slack": value,
      "f:other": value,
    },
  });
  expect(joinOutputs([of(1, 2), of(3, 6)]).metrics).toEqual({
    ...{ "a:mean": 5, "b:sum": 8, "c:min": 2, "d:max": 6, "e:slack": 1 },
  });
});

test("the tokenizer is the one that the service names, else that of the base without its variant", () => {
  expect(tokenizerId("Qwen/Qwen3-8B", undefined)).toBe("Qwen/Qwen3-8B");
  expect(tokenizerId("Qwen/Qwen3-8B:long", "")).toBe("Qwen/Qwen3-8B");
  expect(tokenizerId("moonshotai/Kimi-K2/long", undefined)).toBe("moonshotai/Kimi-K2");
  expect(tokenizerId("meta-llama/Llama-3.1-8B", undefined)).toMatch(/llama-3-instruct-tokenizer$/);
  expect(tokenizerId("a/b", "c/d")).toBe("c/d");
  for (const told of ["/etc/passwd", "../x", "a/b/c", "./a", "a/.."])
    expect(() => tokenizerId("a/b", told), told).toThrow(/not a hub id/);
});
