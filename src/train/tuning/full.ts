// Every weight of the model is trained, or every one of its last blocks; the whole model is written. It may begin with
// other weights than the model's: what mlx_lm.lora writes of such a run.
import { chosenBlocks } from "../../adapters/attach.ts";
import { ConfigError } from "../../core/errors.ts";
import type { Module } from "../../nn/index.ts";
import { isPacked } from "../../nn/packed-layers.ts";
import type { TrainableModel } from "../objectives/objective.ts";
import type { TuningEntry, TuningOptions } from "./tuning.ts";

/** Packed numbers have no gradient. */
function requireDense(model: TrainableModel): void {
  if (![...model.modules()].some(([, layer]) => isPacked(layer))) return;
  throw new ConfigError("FT-TRAIN-010", {
    at: { field: "method" },
    message: "the weights of a quantized model cannot be trained themselves, only adapters on them",
    hint: "--method qlora",
  });
}

/** The model's last blocks that are trained; undefined where every weight is, embeddings, head and norms too. */
function lastBlocks(
  model: TrainableModel,
  { lora: { num_layers } }: TuningOptions,
): readonly Module[] | undefined {
  if (num_layers === -1) return undefined;
  return model.blocks.slice(model.blocks.length - chosenBlocks(model, num_layers));
}

export const full: TuningEntry = {
  about: "all weights of the model, or of its last blocks (num_layers)",
  isAdapter: false,
  divides: true,
  groups: [],
  plan: async (model, options) => {
    requireDense(model);
    const { init_adapter: first } = options.lora;
    if (first !== null)
      await (await import("./first-weights.ts")).requireFittingWeights(first, model);
    const blocks = lastBlocks(model, options);
    const trained: readonly Module[] = blocks ?? [model];
    return {
      shapes: trained.flatMap((part) => [...part.slots()].map((slot) => slot.get().shape)),
      trainedBlocks: blocks?.length ?? model.blocks.length,
      notices: [],
    };
  },
  describe: ({ lora: { num_layers } }) => [
    ["Trains", num_layers === -1 ? "every weight" : `the last ${num_layers} blocks`],
  ],
  load:
    async () =>
    async ({ model, options, modelFiles }) => {
      const { init_adapter: first } = options.lora;
      if (first !== null) await (await import("./first-weights.ts")).loadFirstWeights(first, model);
      const blocks = lastBlocks(model, options);
      if (blocks !== undefined) model.freeze();
      for (const part of blocks ?? [model]) part.unfreeze();
      return { notices: [], save: modelFiles.save, load: modelFiles.load };
    },
};
