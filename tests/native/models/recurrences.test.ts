// Mamba's two recurrences, computed in chunks, against the same written token by token: values, gradients, states that go
// on, texts that begin in the middle. Layers and models are tests/contract's and tests/parity's.
import { describe, expect, test } from "vitest";
import { scanInChunks, selectiveScan, stateSpaceDuality } from "../../../src/models/kit/index.ts";
import {
  concatenate,
  evaluate,
  float32,
  int32,
  normal,
  randomKey,
  scope,
  splitKey,
  type Tensor,
  valueAndGrad,
} from "../../../src/mx/index.ts";
import { relativeDifference } from "../../parity/models/fixtures.ts";
import { dualityByToken, scanByToken } from "../../support/recurrences.ts";

interface Recurrence {
  /** x, steps, rates, writes, reads, state. */
  shapes(length: number): number[][];
  chunked(inputs: Tensor[], runs?: Tensor): { y: Tensor; state: Tensor };
  byToken(inputs: Tensor[]): { y: Tensor; state: Tensor };
}

const [batch, heads, size, groups, states, channels] = [2, 6, 5, 2, 4, 7];

const named = (inputs: Tensor[]) => {
  const [x, steps, rates, writes, reads, state] = inputs as [
    ...[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor],
  ];
  return { x, steps, rates, writes, reads, state };
};

const scanShapes = (channels: number) => (length: number) => [
  [batch, length, channels],
  [batch, length, channels],
  [channels, states],
  [batch, length, states],
  [batch, length, states],
  [batch, channels, states],
];

const recurrences: Record<string, Recurrence> = {
  duality: {
    shapes: (length) => [
      [batch, length, heads, size],
      [batch, length, heads],
      [heads],
      [batch, length, groups, states],
      [batch, length, groups, states],
      [batch, heads, size, states],
    ],
    chunked: (inputs, runs) => stateSpaceDuality({ ...named(inputs), runs }),
    byToken: (inputs) => dualityByToken(named(inputs)),
  },
  "selective scan": {
    shapes: scanShapes(channels),
    chunked: (inputs, runs) => selectiveScan({ ...named(inputs), runs }),
    byToken: (inputs) => scanByToken(named(inputs)),
  },
  // more channels than pass together in the kernel, the last of them fewer
  "selective scan of many channels": {
    shapes: scanShapes(71),
    chunked: (inputs, runs) => selectiveScan({ ...named(inputs), runs }),
    byToken: (inputs) => scanByToken(named(inputs)),
  },
  "selective scan without a kernel": {
    shapes: scanShapes(channels),
    chunked: (inputs, runs) => scanInChunks({ ...named(inputs), runs }),
    byToken: (inputs) => scanByToken(named(inputs)),
  },
};

/** Steps not below zero, rates below it. */
function someInputs({ shapes }: Recurrence, length: number, largestStep = 1): Tensor[] {
  const all = shapes(length);
  const keys = splitKey(randomKey(length), all.length);
  return all.map((shape, at) => {
    const values = normal(0, 1, shape, keys[at] as Tensor);
    if (at === 1) return values.abs().mul(largestStep);
    return at === 2 ? values.abs().add(0.1).mul(-1) : values;
  });
}

/** The same inputs between two tokens, with a state of zeros. */
const between = (inputs: Tensor[], start: number, end: number): Tensor[] =>
  inputs.map((tensor, at) => {
    if (at === 2) return tensor;
    return at === 5 ? tensor.mul(0) : tensor.narrow(1, start, end);
  });

/** Loss over outputs and state, and the gradient of each input. */
function gradientsOf(
  recurrence: (inputs: Tensor[]) => { y: Tensor; state: Tensor },
  inputs: Tensor[],
): Tensor[] {
  const { values, gradients } = valueAndGrad((given) => {
    const { y, state } = recurrence(given);
    return [y.sin().sum().add(state.cos().sum())];
  }, inputs);
  evaluate([...values, ...gradients]);
  return [...values, ...gradients];
}

/** Up to 200 tokens' sums, in another order. */
const tolerance = 1e-5;

describe.each(Object.entries(recurrences))("%s", (_, recurrence) => {
  test.each([1, 2, 63, 64, 65, 200])("%i tokens: values and gradients", (length) => {
    scope(() => {
      const inputs = someInputs(recurrence, length);
      const [own, wanted] = [recurrence.chunked(inputs), recurrence.byToken(inputs)];
      expect(relativeDifference(own.y, wanted.y)).toBeLessThanOrEqual(tolerance);
      expect(relativeDifference(own.state, wanted.state)).toBeLessThanOrEqual(tolerance);
      const all = gradientsOf((given) => recurrence.byToken(given), inputs);
      for (const [at, own] of gradientsOf((given) => recurrence.chunked(given), inputs).entries())
        expect(relativeDifference(own, all[at] as Tensor), `${at}`).toBeLessThanOrEqual(tolerance);
    });
  });

  test("what a state has read before goes on", () => {
    scope(() => {
      const inputs = someInputs(recurrence, 100);
      const whole = recurrence.chunked(inputs);
      let state = inputs[5] as Tensor;
      const parts = [0, 70, 71, 72, 100].slice(0, -1).map((start, at) => {
        const part = between(inputs, start, [70, 71, 72, 100][at] as number);
        const read = recurrence.chunked([...part.slice(0, 5), state]);
        ({ state } = read);
        return read.y;
      });
      expect(relativeDifference(concatenate(parts, 1), whole.y)).toBeLessThanOrEqual(tolerance);
      expect(relativeDifference(state, whole.state)).toBeLessThanOrEqual(tolerance);
    });
  });

  test("texts that begin in the middle are as alone, their gradients too", () => {
    scope(() => {
      const inputs = someInputs(recurrence, 150);
      const starts = [0, 3, 64, 100, 101];
      const runs = int32(
        Array.from(
          { length: 2 * 150 },
          (_, at) => starts.filter((start) => start <= at % 150).length,
        ),
        [2, 150],
      );
      const apart = (given: Tensor[]) => {
        const parts = starts.map((start, at) =>
          recurrence.byToken(between(given, start, starts[at + 1] ?? 150)),
        );
        return {
          y: concatenate(
            parts.map(({ y }) => y),
            1,
          ),
          state: float32([0]),
        };
      };
      const packed = (given: Tensor[]) => ({
        y: recurrence.chunked([...given.slice(0, 5), (given[5] as Tensor).mul(0)], runs).y,
        state: float32([0]),
      });
      expect(relativeDifference(packed(inputs).y, apart(inputs).y)).toBeLessThanOrEqual(tolerance);
      const wanted = gradientsOf(apart, inputs);
      for (const [at, own] of gradientsOf(packed, inputs).slice(0, 6).entries())
        expect(relativeDifference(own, wanted[at] as Tensor), `${at}`).toBeLessThanOrEqual(
          tolerance,
        );
    });
  });

  test("steps that leave nothing of a state give numbers, with finite gradients", () => {
    scope(() => {
      const inputs = someInputs(recurrence, 130, 1e4);
      const all = gradientsOf((given) => recurrence.chunked(given), inputs);
      for (const tensor of all) expect(tensor.isfinite().all().item()).toBe(1);
      const wanted = recurrence.byToken(inputs);
      const { y } = recurrence.chunked(inputs);
      expect(relativeDifference(y, wanted.y)).toBeLessThanOrEqual(1e-4);
    });
  });
});
