// Which evaluation is best, and when a run has waited long enough for a better one.
import { describe, expect, test } from "vitest";
import { hasStalled, judge, knownMetrics } from "../../../src/train/best.ts";
import { initialState, RunState } from "../../../src/train/state.ts";

const loss = { name: "validation_loss", better: "lower" } as const;

/** The verdicts on validation losses at steps 1, 2, …, and the state afterwards. */
function judged(losses: readonly number[], early_stopping_min_delta = 0, by = loss as never) {
  const state = initialState();
  const verdicts = losses.map((value, at) => {
    state.step = at + 1;
    const found = { loss: value, metrics: { accuracy: value } };
    return judge(state, by, { early_stopping_min_delta }, found);
  });
  return { verdicts, state };
}

describe("judge", () => {
  test("lower losses are better, equal ones are not", () => {
    const { verdicts, state } = judged([3, 2, 2, 2.5, 1]);
    expect(verdicts).toEqual([true, true, false, false, true]);
    expect(state).toMatchObject({ bestValue: 1, bestStep: 5, evaluationsWithoutGain: 0 });
  });

  test("a figure of the objective may be better when it is higher", () => {
    const { verdicts, state } = judged([0.5, 0.4, 0.7], 0, {
      name: "accuracy",
      better: "higher",
    } as never);
    expect(verdicts).toEqual([true, false, true]);
    expect(state).toMatchObject({ bestValue: 0.7, bestStep: 3 });
  });

  test("less than the delta is the best so far, but no gain", () => {
    const { verdicts, state } = judged([3, 2.95, 2.9], 0.1);
    expect(verdicts).toEqual([true, true, true]);
    expect(state.evaluationsWithoutGain).toBe(2);
  });

  test("before the first step there is nothing to keep", () => {
    const state = initialState();
    const found = { loss: 1, metrics: {} };
    expect(judge(state, loss, { early_stopping_min_delta: 0 }, found)).toBe(false);
    expect(state.bestValue).toBeNull();
  });

  test("a figure that the evaluation does not give is an error", () => {
    const by = { name: "accuracy", better: "higher" } as const;
    expect(() =>
      judge(initialState(), by, { early_stopping_min_delta: 0 }, { loss: 1, metrics: {} }),
    ).toThrow(/gave no accuracy/);
  });
});

test("patience is over after so many evaluations, or never", () => {
  expect(hasStalled({ evaluationsWithoutGain: 9 }, { early_stopping_patience: null })).toBe(false);
  expect(hasStalled({ evaluationsWithoutGain: 2 }, { early_stopping_patience: 3 })).toBe(false);
  expect(hasStalled({ evaluationsWithoutGain: 3 }, { early_stopping_patience: 3 })).toBe(true);
});

test("the validation loss is known whatever the objective gives", () => {
  expect([...knownMetrics({ accuracy: "higher" })]).toEqual([
    ["validation_loss", "lower"],
    ["accuracy", "higher"],
  ]);
});

test("the state of a run from before says bestLoss", () => {
  const { bestValue, ...others } = { ...initialState(), bestValue: 1.5 };
  expect(RunState.parse({ ...others, bestLoss: bestValue })).toMatchObject({ bestValue: 1.5 });
});
