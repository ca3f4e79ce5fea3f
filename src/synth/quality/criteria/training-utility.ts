// Whether a model gets better by learning the row.
import type { Criterion } from "./criterion.ts";

export const trainingUtility: Criterion = {
  title: "training utility",
  prompt: "criterion-training-utility",
};
