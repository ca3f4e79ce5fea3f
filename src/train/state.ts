// What a run remembers between steps beside weights and moments: small numbers, plain JSON.
// With these, the weights and the moments, a resumed run continues as if it had never stopped.
import { z } from "zod";
import { Random } from "../core/random.ts";

const count = z.int().min(0);

const Fields = z.object({
  /** Optimizer steps done, skipped ones among them. */
  step: count,
  tokens: count,
  supervisedTokens: count,
  /** Since the last report: Σ loss·weight and Σ weight. */
  lossSum: z.number(),
  weightSum: z.number(),
  /** The last reported training loss and the last validation loss. */
  trainLoss: z.number().nullable(),
  validationLoss: z.number().nullable(),
  /** Of the evaluation that is the best so far, by the figure that decides. */
  bestValue: z.number().nullable(),
  bestStep: count.nullable(),
  /** The last evaluations in a row that were no gain. */
  evaluationsWithoutGain: count.default(0),
  /** The step that was evaluated last; one that a run was stopped in is done when it goes on. */
  evaluatedStep: count.nullable().default(null),
  /** Of each metric since the last report. */
  metrics: z.record(z.string(), z.object({ sum: z.number(), weight: z.number() })).default({}),
  /** Steps that moved nothing because loss or gradient was not finite: of the whole run, and the last ones in a row. */
  skippedSteps: count.default(0),
  skippedInRow: count.default(0),
  /** Updates the optimizer has made. */
  optimizerSteps: count,
});

/** Before another figure than the validation loss could decide, `bestValue` was called `bestLoss`. */
function upToDate(state: unknown): unknown {
  const { bestLoss, ...others } = state as { bestLoss?: unknown };
  return bestLoss === undefined ? state : { bestValue: bestLoss, ...others };
}

export const RunState = z.preprocess(upToDate, Fields);

export type RunState = z.infer<typeof RunState>;

export function initialState(): RunState {
  return {
    step: 0,
    tokens: 0,
    supervisedTokens: 0,
    lossSum: 0,
    weightSum: 0,
    trainLoss: null,
    validationLoss: null,
    bestValue: null,
    bestStep: null,
    evaluationsWithoutGain: 0,
    evaluatedStep: null,
    metrics: {},
    skippedSteps: 0,
    skippedInRow: 0,
    optimizerSteps: 0,
  };
}

/** Seeds of a step's micro-batches: a function of seed and step alone, so that no generator needs saving. */
export function stepSeeds(seed: number, step: number, microBatches: number): number[] {
  const random = Random.fromSeed(seed).split(`step ${step}`);
  return Array.from({ length: microBatches }, () => random.nextUint32());
}
