// Attention of few queries over cached keys: against a mask and MLX's single ops, each sequence by itself whatever is
// before it and beside it; rotations from a position for each sequence.
import { describe, expect, test } from "vitest";
import type { Handle } from "../../src/mx/binding.ts";
import { floats, integers, mx, normal, numbers, scopedTests } from "./addon.ts";

scopedTests();

const isOnCpu = mx.deviceInfo().device === "cpu";
const [heads, keyHeads, size] = [6, 2, 20];

interface Sight {
  starts?: readonly number[];
  window?: number;
  cap?: number;
  sinks?: boolean;
  bias?: boolean;
}

interface Inputs {
  queries: Handle;
  keys: Handle;
  values: Handle;
}

/** As a cache gives them: keys and values are a part of longer arrays. */
function inputsOf(batch: number, queries: number, keys: number, valueSize = size): Inputs {
  const held = (width: number, seed: number): Handle =>
    mx.slice(
      normal([batch, keyHeads, keys + 9, width], seed),
      [0, 0, 0, 0],
      [batch, keyHeads, keys, width],
      [1, 1, 1, 1],
    );
  const rows = normal([batch, queries, heads, size], 1);
  return {
    queries: mx.transpose(rows, [0, 2, 1, 3]),
    keys: held(size, 2),
    values: held(valueSize, 3),
  };
}

const sinksOf = ({ sinks }: Sight): Handle | null => (sinks === true ? normal([heads], 4) : null);

function attend(
  { queries, keys, values }: Inputs,
  sight: Sight,
  bias: Handle | null = null,
): Handle {
  const { starts, window = 0, cap = 0 } = sight;
  const given = starts === undefined ? null : integers(starts);
  const mask = floats([0], [1]);
  const all = [queries, keys, values] as const;
  if (cap === 0 && sight.sinks !== true && bias === null)
    return mx.limitedAttention(...all, 0.3, mask, window, null, null, given);
  const shaping = [0.3, cap, true, window, sinksOf(sight), bias] as const;
  return mx.shapedAttention(...all, ...shaping, mask, null, null, given);
}

/** In float64. */
function exact({ queries, keys, values }: Inputs, sight: Sight, bias: Handle | null): number[] {
  const [batch = 0, , length = 0] = mx.shape(queries);
  const [, , count = 0, width = 0] = mx.shape(values);
  const [q, k, v] = [queries, keys, values].map(numbers) as [number[], number[], number[]];
  const sinks = sinksOf(sight);
  const given = (one: Handle | null): number[] | undefined =>
    one === null ? undefined : numbers(one);
  const [nothing, added] = [given(sinks), given(bias)];
  const { starts, window = 0, cap = 0 } = sight;
  const result: number[] = [];
  for (let row = 0; row < batch; row++)
    for (let head = 0; head < heads; head++)
      for (let query = 0; query < length; query++) {
        const shared = row * keyHeads + Math.floor(head / (heads / keyHeads));
        const at = count - length + query;
        const first = Math.max(starts?.[row] ?? 0, window === 0 ? 0 : at + 1 - window);
        const seen = Array.from({ length: Math.max(0, at + 1 - first) }, (_, i) => first + i);
        const scores = seen.map((key) => {
          let sum = 0;
          for (let i = 0; i < size; i++)
            sum +=
              (q[((row * heads + head) * length + query) * size + i] ?? 0) *
              (k[(shared * count + key) * size + i] ?? 0);
          const score = cap === 0 ? 0.3 * sum : cap * Math.tanh((0.3 * sum) / cap);
          return score + (added?.[head * count + key] ?? 0);
        });
        const shares = scores.map(Math.exp);
        const total = shares.reduce((a, b) => a + b, nothing ? Math.exp(nothing[head] ?? 0) : 0);
        for (let i = 0; i < width; i++) {
          const mixed = seen.reduce(
            (sum, key, n) => sum + (shares[n] ?? 0) * (v[(shared * count + key) * width + i] ?? 0),
            0,
          );
          result.push(seen.length === 0 ? 0 : mixed / total);
        }
      }
  return result;
}

function expectExact(inputs: Inputs, sight: Sight): void {
  const keys = mx.shape(inputs.keys)[2] ?? 0;
  const bias = sight.bias === true ? normal([1, heads, keys], 5) : null;
  const wanted = exact(inputs, sight, bias);
  const gaps = numbers(attend(inputs, sight, bias)).map((one, at) =>
    Math.abs(one - (wanted[at] ?? NaN)),
  );
  // Values of size 1, float32 sums of some hundred terms.
  expect(gaps.reduce((a, b) => Math.max(a, b), 0)).toBeLessThan(5e-6);
}

describe.runIf(isOnCpu)("few queries", () => {
  // Within a chunk of 256 keys, one, and several with a rest.
  test.each([1, 5, 256, 700])("over %i keys", (keys) => {
    expectExact(inputsOf(2, 1, keys), {});
    expectExact(inputsOf(2, Math.min(keys, 7), keys), { window: 3 });
    expectExact(inputsOf(2, Math.min(keys, 3), keys, 70), { window: 300 });
  });

  test("of sequences that begin later, also behind some of the queries", () => {
    const starts = [0, 290, 298, 300];
    expectExact(inputsOf(4, 4, 300), { starts });
    expectExact(inputsOf(4, 1, 300), { starts, window: 5 });
  });

  test.each([{ cap: 0.7 }, { sinks: true }, { bias: true }, { cap: 2, sinks: true, bias: true }])(
    "%o",
    (sight) => {
      expectExact(inputsOf(2, 1, 600), { ...sight, starts: [0, 300] });
      expectExact(inputsOf(2, 5, 40), { ...sight, window: 6 });
    },
  );

  test("many queries of sequences that begin later", () => {
    const starts = [0, 5, 70, 290, 299];
    expectExact(inputsOf(5, 80, 300), { starts });
    expectExact(inputsOf(5, 300, 300), { starts, window: 40 });
    expectExact(inputsOf(5, 80, 300), { starts, cap: 2, sinks: true, bias: true });
  });

  /** The sequence behind `before` keys of something else, beside others. */
  function padded({ queries, keys, values }: Inputs, before: number): Inputs {
    const beside = (one: Handle, seed: number, padding: number): Handle => {
      const [, many = 0, length = 0, width = 0] = mx.shape(one);
      const filled = mx.concatenate([normal([1, many, padding, width], seed), one], 2);
      return mx.concatenate([normal([1, many, length + padding, width], seed + 1), filled], 0);
    };
    return {
      queries: beside(queries, 7, 0),
      keys: beside(keys, 8, before),
      values: beside(values, 9, before),
    };
  }

  test.each([1, 3, 100])(
    "%i queries get the same bits behind padding and beside others",
    (queries) => {
      for (const window of [0, 50]) {
        const alone = inputsOf(1, queries, 400);
        const wanted = numbers(attend(alone, { window, starts: [0] }));
        expect(numbers(attend(alone, { window }))).toEqual(wanted);
        for (const before of [1, 77, 300]) {
          const all = numbers(attend(padded(alone, before), { window, starts: [3, before] }));
          expect(all.slice(wanted.length)).toEqual(wanted);
        }
      }
    },
  );

  test("what lies before a sequence is not read", () => {
    const { queries, keys, values } = inputsOf(1, 1, 30);
    const spoilt = (one: Handle): Handle =>
      mx.concatenate([mx.full([1, keyHeads, 10, size], Number.NaN, "float32"), one], 2);
    const inputs = { queries, keys: spoilt(keys), values: spoilt(values) };
    const found = numbers(attend(inputs, { starts: [10] }));
    expect(found).toEqual(numbers(attend({ queries, keys, values }, {})));
  });

  test("threads change no bit", () => {
    const before = mx.threads();
    const inputs = inputsOf(3, 2, 900);
    try {
      const [one, five] = [1, 5].map((count) => {
        mx.setThreads(count);
        return numbers(attend(inputs, { starts: [0, 400, 899] }));
      });
      expect(one).toEqual(five);
    } finally {
      mx.setThreads(before);
    }
  });

  test("starts beside segments, and starts that are not one a sequence, are refused", () => {
    const { queries, keys, values } = inputsOf(2, 4, 4);
    const segments = integers(Array<number>(8).fill(1), [2, 4]);
    const refused = (segments: Handle | null, starts: Handle): (() => Handle) => {
      return () =>
        mx.limitedAttention(queries, keys, values, 1, floats([0], [1]), 0, segments, null, starts);
    };
    expect(refused(segments, integers([0, 0]))).toThrow("segments or starts");
    expect(refused(null, integers([0]))).toThrow("integer start for each");
    expect(refused(null, floats([0, 0]))).toThrow("integer start for each");
  });
});

describe("rotations from a position for each sequence", () => {
  test.each([16, 10])("of %i numbers", (dims) => {
    const x = normal([3, 4, 5, 16], 1);
    const offsets = [7, -2, 300];
    const turned = mx.rope(x, dims, false, 100, 0.5, [integers(offsets)], null);
    offsets.forEach((offset, row) => {
      const own = mx.take(x, integers([row]), 0);
      const wanted = mx.rope(own, dims, false, 100, 0.5, offset, null);
      expect(numbers(mx.take(turned, integers([row]), 0))).toEqual(numbers(wanted));
    });
  });

  test("have gradients", () => {
    const [x, slopes] = [normal([2, 2, 3, 8], 1), normal([2, 2, 3, 8], 2)];
    const gradientAt = (offset: number | Handle[]): Handle => {
      const [, gradient] = mx.valueAndGrad(
        ([a]) => {
          const turned = mx.rope(a as Handle, 8, false, 100, 1, offset, null);
          return [mx.sum(mx.multiply(turned, slopes), null, false)];
        },
        [x],
        [0],
      );
      return gradient as Handle;
    };
    const both = numbers(gradientAt([integers([4, 9])]));
    const half = both.length / 2;
    expect(both.slice(0, half)).toEqual(numbers(gradientAt(4)).slice(0, half));
    expect(both.slice(half)).toEqual(numbers(gradientAt(9)).slice(half));
  });
});
