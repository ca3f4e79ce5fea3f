// Every weight of the model is trained, and the whole model is written.
import type { TuningEntry } from "./tuning.ts";

export const full: TuningEntry = {
  about: "every weight of the model",
  isAdapter: false,
  groups: [],
  plan: async (model) => ({
    shapes: [...model.slots()].map((slot) => slot.get().shape),
    trainedBlocks: model.blocks.length,
    notices: [],
  }),
  describe: () => [["Trains", "every weight"]],
  load:
    async () =>
    async ({ model, modelFiles }) => {
      model.unfreeze();
      return { notices: [], save: modelFiles.save, load: modelFiles.load };
    },
};
