// From a checked checkpoint to a model with its weights.
// Downloads nothing and reads no file format: src/weights does both.
import { dispose, type Dtype, scope } from "../mx/index.ts";
import { type Checkpoint, shapesOf, type WeightEntry } from "../weights/index.ts";
import type { LanguageModel, ModelSizes } from "./kit/index.ts";
import { architectureOf } from "./registry.ts";
import { accountFor, fillModel, requireComplete, type WeightAccount } from "./weights.ts";

export interface LoadedModel {
  model: LanguageModel;
  config: unknown;
  sizes: ModelSizes;
  /** How the checkpoint stores the parameters. */
  entries: readonly WeightEntry[];
}

/** A model without its weights, and what the checkpoint has for it. */
export interface PlannedModel {
  model: LanguageModel;
  sizes: ModelSizes;
  account: WeightAccount;
}

/** Builds the model and accounts for every tensor. Throws ModelError FT-MODEL-002 to 005. */
export async function planModel(checkpoint: Checkpoint): Promise<PlannedModel> {
  const { config } = checkpoint;
  const architecture = await architectureOf(config);
  const model = scope(() => architecture.build(config));
  const account = accountFor(architecture.recipe(config), shapesOf(checkpoint), model);
  return { model, sizes: architecture.sizes(config), account };
}

/**
 * Loads every weight, floating ones converted to `dtype` where one is given.
 * @throws ModelError FT-MODEL-002 unknown type, 003/004/005 config, 006 names, 010 shapes; those of src/weights.
 */
export async function loadCheckpoint(
  checkpoint: Checkpoint,
  options: { dtype?: Dtype } = {},
): Promise<LoadedModel> {
  const { model, sizes, account } = await planModel(checkpoint);
  const { entries } = account;
  try {
    requireComplete(account, checkpoint.folder);
    const reader = checkpoint.load();
    try {
      fillModel(model, entries, reader, options.dtype);
    } finally {
      reader.close();
    }
    return { model, config: checkpoint.config, sizes, entries };
  } catch (error) {
    dispose(model);
    throw error;
  }
}
