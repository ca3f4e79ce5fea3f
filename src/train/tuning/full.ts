// Every weight of the model is trained, and the whole model is written.
import type { TuningMaker } from "./tuning.ts";

export const full: TuningMaker<unknown> = async ({ model, modelFiles }) => {
  model.unfreeze();
  return { notices: [], save: modelFiles.save, load: modelFiles.load };
};
