import { describe, expect, test } from "vitest";
import { collate } from "../../../src/data/collate.ts";
import type { Sequence } from "../../../src/data/encode.ts";

/** A unit of one sequence. */
function sample(ids: readonly number[], weights: readonly number[] = ids.map(() => 1)): Sequence[] {
  return [{ ids: Int32Array.from(ids), weights: Float32Array.from(weights) }];
}

const options = { padId: 9, padToMultiple: 4, maxLength: 100 };

describe("collate", () => {
  test("shifts targets by one and pads on the right", () => {
    const batch = collate([sample([1, 2, 3], [0, 0, 0.5]), sample([4, 5, 6, 7, 8])], options);
    expect(batch).toEqual({
      ids: Int32Array.of(1, 2, 9, 9, 4, 5, 6, 7),
      targets: Int32Array.of(2, 3, 9, 9, 5, 6, 7, 8),
      weights: Float32Array.of(0, 0.5, 0, 0, 1, 1, 1, 1),
      positions: Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3),
      segments: Int32Array.of(1, 1, 0, 0, 1, 1, 1, 1),
      batch: 2,
      length: 4,
      tokens: 6,
      learnedTokens: 5,
      weightSum: 4.5,
      isPacked: false,
    });
  });

  test.each([
    [2, 32, 2048, 32],
    [33, 32, 2048, 32],
    [34, 32, 2048, 64],
    [2048, 32, 2048, 2048],
    [41, 32, 50, 50],
    [41, 1, 50, 40],
    [70, 32, 50, 69],
  ])(
    "%d tokens, multiple %d, at most %d: length %d",
    (tokens, padToMultiple, maxLength, length) => {
      const ids = Array.from({ length: tokens }, (_, index) => index);
      const batch = collate([sample(ids)], { padId: 0, padToMultiple, maxLength });
      expect([batch.length, batch.ids.length, batch.tokens]).toEqual([length, length, tokens - 1]);
    },
  );

  test("the target of each input is the token after it, whatever the lengths", () => {
    const samples = [2, 5, 17, 3].map((count, row) =>
      sample(Array.from({ length: count }, (_, index) => 100 * row + index)),
    );
    const { ids, targets, segments, length, tokens } = collate(samples, options);
    const real = [...segments.keys()].filter((at) => segments[at] === 1);
    expect(real).toHaveLength(tokens);
    expect(real.every((at) => targets[at] === (ids[at] ?? 0) + 1)).toBe(true);
    expect(length).toBe(16);
  });

  test("a sample of one token gives a row of padding", () => {
    const batch = collate([sample([1])], options);
    expect([batch.tokens, batch.learnedTokens, batch.length]).toEqual([0, 0, 4]);
    expect(batch.ids).toEqual(Int32Array.of(9, 9, 9, 9));
  });

  test("several sequences in one row: positions begin anew, segments tell them apart", () => {
    const unit = [...sample([1, 2, 3]), ...sample([4, 5], [0, 2]), ...sample([6, 7])];
    const batch = collate([unit, sample([8, 9])], options);
    expect(batch).toMatchObject({
      ids: Int32Array.of(1, 2, 4, 6, 8, 9, 9, 9),
      targets: Int32Array.of(2, 3, 5, 7, 9, 9, 9, 9),
      weights: Float32Array.of(1, 1, 2, 1, 1, 0, 0, 0),
      segments: Int32Array.of(1, 1, 2, 3, 1, 0, 0, 0),
      isPacked: true,
      ...{ batch: 2, length: 4, tokens: 5, learnedTokens: 5, weightSum: 6 },
    });
    expect([...batch.positions.subarray(0, 5)]).toEqual([0, 1, 0, 0, 0]);
  });
});
