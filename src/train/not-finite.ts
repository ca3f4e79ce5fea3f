// What is said of a run that ends because its losses or gradients are no numbers any more, and which of its checkpoints can
// still be trusted. When it ends is the loop's.
import { FtError } from "../core/errors.ts";
import type { Checkpoint } from "../runs/index.ts";
import type { TrainingRun } from "./run.ts";

type Run = Pick<TrainingRun, "folder" | "state" | "schedule">;

/**
 * The newest checkpoint whose weights a later step has learned from. Those of the last step that was not skipped may be
 * what makes every loss infinite: nothing has come of them yet.
 */
export function soundCheckpoint({ folder, state }: Run): Checkpoint | undefined {
  const lastLearned = state.step - state.skippedInRow;
  return folder.checkpoints().findLast(({ step }) => step < lastLearned);
}

/** Of the last step. */
function rateOf({ state, schedule }: Run): string {
  return schedule(Math.max(0, state.step - 1)).toPrecision(2);
}

/** Weights that no step has moved give the same with every rate. */
const neverLearned = ({ state }: Run): boolean => state.step === state.skippedSteps;

/** `sound` is as it was before the steps that failed were forgotten. */
export function notFinite(run: Run, message: string, sound: Checkpoint | undefined): FtError {
  const again = neverLearned(run)
    ? "no step has been learned, so it is not the rate: --torch-dtype float32 helps where 16 bits overflow; " +
      "without that, the model's weights hold no numbers, or --lora-alpha is too large"
    : "train again with a tenth of the learning rate (--lr)";
  return new FtError("FT-TRAIN-001", {
    message: `${message}, after step ${run.state.step} (learning rate ${rateOf(run)})`,
    hint: sound === undefined ? again : `the last good checkpoint is ${sound.path}; ${again}`,
  });
}
