// Every weight of the model is trained, and the whole model is written.
import { ConfigError } from "../../core/errors.ts";
import { isPacked } from "../../nn/packed-layers.ts";
import type { TrainableModel } from "../objectives/objective.ts";
import type { TuningEntry } from "./tuning.ts";

/** Packed numbers have no gradient. */
function requireDense(model: TrainableModel): void {
  if (![...model.modules()].some(([, layer]) => isPacked(layer))) return;
  throw new ConfigError("FT-TRAIN-010", {
    at: { field: "method" },
    message: "the weights of a quantized model cannot be trained themselves, only adapters on them",
    hint: "--method qlora",
  });
}

export const full: TuningEntry = {
  about: "every weight of the model",
  isAdapter: false,
  groups: [],
  plan: async (model) => {
    requireDense(model);
    return {
      shapes: [...model.slots()].map((slot) => slot.get().shape),
      trainedBlocks: model.blocks.length,
      notices: [],
    };
  },
  describe: () => [["Trains", "every weight"]],
  load:
    async () =>
    async ({ model, modelFiles }) => {
      model.unfreeze();
      return { notices: [], save: modelFiles.save, load: modelFiles.load };
    },
};
