// Which evaluation is the best so far, by which figure, and when waiting for a better one has an end.
// Saves nothing and stops nothing: that is the loop's.
import { FtError } from "../core/errors.ts";
import type { OptimizationOptions } from "./options.ts";
import type { RunState } from "./state.ts";

export type Better = "lower" | "higher";

/** What every evaluation gives; an objective's figures have names of their own. */
export const VALIDATION_LOSS = "validation_loss";

/** The figure that decides, and which way it is better. */
export interface BestBy {
  name: string;
  better: Better;
}

/** What an objective's evaluations can be judged by. */
export function knownMetrics(
  metrics: Readonly<Record<string, Better>> = {},
): ReadonlyMap<string, Better> {
  return new Map<string, Better>([[VALIDATION_LOSS, "lower"], ...Object.entries(metrics)]);
}

/** Throws FtError FT-TRAIN-004 when the evaluation did not give the figure. */
function figureOf(name: string, loss: number, metrics: Readonly<Record<string, number>>): number {
  const found = name === VALIDATION_LOSS ? loss : metrics[name];
  if (found !== undefined && Number.isFinite(found)) return found;
  throw new FtError("FT-TRAIN-004", {
    message: `the evaluation gave no ${name}, by which the best checkpoint is chosen`,
    hint: `--metric-for-best ${VALIDATION_LOSS}`,
  });
}

/**
 * Takes an evaluation into the state; true when it is the best so far. The one before the first step counts for nothing:
 * there is no checkpoint of it.
 */
export function judge(
  state: RunState,
  { name, better }: BestBy,
  { early_stopping_min_delta }: Pick<OptimizationOptions, "early_stopping_min_delta">,
  { loss, metrics }: { loss: number; metrics: Readonly<Record<string, number>> },
): boolean {
  const figure = figureOf(name, loss, metrics);
  if (state.step === 0) return false;
  const { bestValue } = state;
  const gain = bestValue === null ? Infinity : (figure - bestValue) * (better === "lower" ? -1 : 1);
  state.evaluationsWithoutGain =
    gain > early_stopping_min_delta ? 0 : state.evaluationsWithoutGain + 1;
  if (gain <= 0) return false;
  state.bestValue = figure;
  state.bestStep = state.step;
  return true;
}

/** Whether so many evaluations in a row brought nothing that the run is to end. */
export function hasStalled(
  { evaluationsWithoutGain }: Pick<RunState, "evaluationsWithoutGain">,
  { early_stopping_patience }: Pick<OptimizationOptions, "early_stopping_patience">,
): boolean {
  return early_stopping_patience !== null && evaluationsWithoutGain >= early_stopping_patience;
}
