// How a token is chosen from logits: beside distributions computed here in the plainest way.
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { weighed } from "../../../src/generate/distribution.ts";
import {
  plainSampling,
  rated,
  type SamplingOptions,
  TokenChooser,
} from "../../../src/generate/sampling.ts";

const logits = Float32Array.from([0.5, 2, 1.9, -1, 0]);

const chooser = (
  options: Partial<SamplingOptions>,
  seed = 0,
  prompt: readonly number[] = [],
): TokenChooser =>
  new TokenChooser({ ...plainSampling, ...options }, Random.fromSeed(seed), prompt);

/** Tokens drawn with 200 seeds. */
function drawn(options: Partial<SamplingOptions>, allowed?: Uint32Array): Set<number> {
  const one = (seed: number): number =>
    chooser({ temperature: 1, ...options }, seed).choose(logits, allowed);
  return new Set(Array.from({ length: 200 }, (_, seed) => one(seed)));
}

test("without a limit every token can come", () => {
  expect(drawn({}).size).toBe(5);
});

test("top-k keeps the likeliest k", () => {
  expect(drawn({ topK: 2 })).toEqual(new Set([1, 2]));
  expect(drawn({ topK: 1 })).toEqual(new Set([1]));
});

test("top-p keeps the fewest tokens that reach the mass", () => {
  // the two likeliest hold 0.82 of the mass, the first alone 0.43
  expect(drawn({ topP: 0.6 })).toEqual(new Set([1, 2]));
  expect(drawn({ topP: 0.3 })).toEqual(new Set([1]));
});

test.each([1e-4, 1e-8, 1e-12])("top-p of %d still keeps the likeliest", (topP) => {
  expect(drawn({ topP })).toEqual(new Set([1]));
});

test("min-p keeps those that are likely beside the likeliest", () => {
  // exp(-0.1) = 0.905, exp(-1.5) = 0.223, exp(-2) = 0.135, exp(-3) = 0.0498
  expect(drawn({ minP: 0.95 })).toEqual(new Set([1]));
  expect(drawn({ minP: 0.2 })).toEqual(new Set([0, 1, 2]));
  expect(drawn({ minP: 0.05 })).toEqual(new Set([0, 1, 2, 4]));
});

test("what is not allowed never comes, however likely", () => {
  expect(drawn({}, Uint32Array.of(0b11001))).toEqual(new Set([0, 3, 4]));
  expect(drawn({ topK: 1 }, Uint32Array.of(0b11001))).toEqual(new Set([0]));
  expect(chooser({}).choose(logits, Uint32Array.of(0b11000))).toBe(4);
});

test("shares of draws are the distribution's", () => {
  const { weights, total } = weighed(logits, { ...plainSampling, temperature: 0.7 });
  const one = chooser({ temperature: 0.7 });
  const counts = Array<number>(5).fill(0);
  for (let at = 0; at < 20_000; at++) counts[one.choose(logits)]! += 1;
  for (const [id, count] of counts.entries())
    // four standard deviations of 20,000 draws are below 0.015
    expect(Math.abs(count / 20_000 - weights[id]! / total)).toBeLessThan(0.015);
});

/** Kept tokens by sorting everything. */
function keptBySorting(all: Float32Array, { temperature, topK, topP, minP }: SamplingOptions) {
  const most = Math.max(...all);
  const weigh = (id: number): number => Math.exp((all[id]! - most) / temperature);
  const order = [...all.keys()].sort((a, b) => all[b]! - all[a]! || a - b);
  const first = order.slice(0, topK > 0 ? topK : order.length);
  const sum = first.reduce((total, id) => total + weigh(id), 0);
  let mass = 0;
  return first.filter((id, at) => {
    const isKept = at === 0 || ((topP === 1 || mass < topP * sum) && weigh(id) >= minP);
    mass += weigh(id);
    return isKept;
  });
}

test("limits together keep what sorting everything keeps, for 200 random rows", () => {
  const random = Random.fromSeed(5);
  for (let row = 0; row < 200; row++) {
    const size = 20 + random.integer(400);
    const all = Float32Array.from({ length: size }, () => (random.next() - 0.5) * 30);
    const options = {
      ...plainSampling,
      temperature: 0.3 + random.next(),
      topK: random.integer(2) * random.integer(size),
      topP: random.integer(2) === 0 ? 1 : 0.05 + 0.9 * random.next(),
      minP: random.integer(2) * random.next() * 0.3,
    };
    const { ids, weights } = weighed(all, options);
    const wanted = keptBySorting(all, options);
    if (ids === undefined) expect(wanted).toHaveLength(weights.length);
    else expect([...ids]).toEqual(wanted);
  }
});

describe("penalties", () => {
  test("of repetition: tokens of prompt and answer, towards less likely on both sides of zero", () => {
    const one = chooser({ repetitionPenalty: 1.5 }, 0, [1, 3]);
    expect(one.choose(logits)).toBe(2);
    one.take(2);
    // 2 / 1.5 = 1.33 and 1.9 / 1.5 = 1.27
    expect(one.choose(logits)).toBe(1);
    const negative = Float32Array.from([-1, -1.2]);
    expect(chooser({ repetitionPenalty: 1.5 }, 0, [0]).choose(negative)).toBe(1);
  });

  test("of presence and frequency: tokens of the answer alone, the second for each time", () => {
    const present = chooser({ presencePenalty: 0.5 }, 0, [1]);
    expect(present.choose(logits)).toBe(1);
    present.take(1);
    expect(present.choose(logits)).toBe(2);
    const frequent = chooser({ frequencyPenalty: 0.06 });
    frequent.take(1);
    expect(frequent.choose(logits)).toBe(1);
    frequent.take(1);
    expect(frequent.choose(logits)).toBe(2);
  });

  test("biases add to logits, and can forbid", () => {
    expect(chooser({ logitBias: new Map([[3, 5]]) }).choose(logits)).toBe(3);
    expect(chooser({ logitBias: new Map([[1, Number.NEGATIVE_INFINITY]]) }).choose(logits)).toBe(2);
  });
});

test("log-probabilities are those of the whole distribution, likeliest first", () => {
  const sum = Math.log(logits.reduce((all, logit) => all + Math.exp(logit), 0));
  const { logProbability, alternatives } = rated(logits, 3, 2);
  expect(logProbability).toBeCloseTo(-1 - sum, 6);
  expect(alternatives.map(({ id }) => id)).toEqual([1, 2]);
  expect(alternatives[1]?.logProbability).toBeCloseTo(1.9 - sum, 6);
  expect(rated(logits, 3, 0).alternatives).toEqual([]);
});

test("logits that say nothing choose something that is allowed", () => {
  const nothing = new Float32Array(4).fill(Number.NaN);
  expect(chooser({}).choose(nothing, Uint32Array.of(0b100))).toBe(2);
  expect(chooser({ temperature: 1 }).choose(nothing, Uint32Array.of(0b100))).toBe(2);
});
