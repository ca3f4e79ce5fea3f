// From a checked stored model to a model with its weights.
// Downloads nothing and reads no file format: src/weights does both.
import { ModelError } from "../core/errors.ts";
import { dispose, type Dtype } from "../mx/index.ts";
import { isPacked, widens, withParameterLimit } from "../nn/index.ts";
import {
  mapTensors,
  type StoredModel,
  shapesOf,
  viewThrough,
  type WeightEntry,
} from "../weights/index.ts";
import {
  type Architecture,
  type LanguageModel,
  type ModelSizes,
  packingOf,
  sizesOf,
} from "./kit/index.ts";
import { packAsStored, type ReplaceLayers } from "./packing.ts";
import { architectureOf } from "./registry.ts";
import {
  accountFor,
  fillModel,
  isComplete,
  precisionOf,
  requireComplete,
  type WeightAccount,
} from "./weights.ts";

export interface LoadedModel {
  model: LanguageModel;
  config: unknown;
  sizes: ModelSizes;
  /** How the stored model stores the parameters. */
  entries: readonly WeightEntry[];
}

/** A model without its weights, and what the stored model has for it. */
export interface PlannedModel {
  model: LanguageModel;
  sizes: ModelSizes;
  account: WeightAccount;
  /** What the account's entries read from. */
  source: StoredModel;
}

export interface PlanOptions {
  /** Puts other layers in the place of some, before weights meet them; not asked where they come packed. */
  replaceLayers?: ReplaceLayers | undefined;
  /** The same where they come packed. */
  unpackLayers?: ReplaceLayers | undefined;
}

/** No recipe makes more parameters of one tensor, and no architecture has more that a stored model may lack. */
const [parametersPerTensor, parametersBeside] = [16, 64];

function refuseLarger(stored: StoredModel, limit: number): ModelError {
  const { folder, tensors } = stored;
  return new ModelError("FT-MODEL-016", {
    at: { file: folder },
    message:
      `config.json describes a model of more than ${limit} parameters in arrays, ` +
      `but the weights are ${tensors.size} tensors`,
    hint: "take weights and config.json from the same model",
  });
}

/** In the published layout, where the architecture sees that mlx-lm has written another. */
function asPublished(stored: StoredModel, { published }: Architecture): StoredModel {
  const stages = published(stored.config, shapesOf(stored));
  return stages.reduce((seen, recipe) => viewThrough(recipe, seen), stored);
}

/**
 * Builds the model and accounts for every tensor. Reads no weights and needs no addon.
 * @throws ModelError FT-MODEL-002 unknown type, 003/004/005 config, 016 a config of another, larger model.
 */
export async function planModel(
  given: StoredModel,
  { replaceLayers, unpackLayers }: PlanOptions = {},
): Promise<PlannedModel> {
  const architecture = await architectureOf(given.config);
  const stored = asPublished(given, architecture);
  const { config, tensors } = stored;
  const limit = parametersPerTensor * tensors.size + parametersBeside;
  const refused = (): ModelError => refuseLarger(stored, limit);
  const model = withParameterLimit(limit, refused, () => architecture.build(config));
  const sizes = sizesOf(model);
  const recipe = architecture.recipe(config);
  const packing = packingOf(config as Record<string, unknown>);
  if (packing !== undefined)
    packAsStored(
      model,
      config as Record<string, unknown>,
      mapTensors(recipe, shapesOf(stored)).entries,
    );
  const replace = packing === undefined ? replaceLayers : unpackLayers;
  if (replace === undefined) {
    const account = accountFor(recipe, shapesOf(stored), model);
    return { model, sizes, account, source: stored };
  }
  const source = viewThrough(recipe, stored);
  const replaced = replace(model);
  return { model, sizes, account: accountFor(replaced, shapesOf(source), model), source };
}

/** As `planModel`; throws ModelError FT-MODEL-006 and 010 too, where tensors and model do not fit. */
export async function planFittingModel(
  stored: StoredModel,
  options: PlanOptions = {},
): Promise<PlannedModel> {
  const planned = await planModel(stored, options);
  requireComplete(planned.account, stored.folder);
  return planned;
}

export interface LoadOptions extends PlanOptions {
  dtype?: Dtype;
  /**
   * Matrices of linear layers and embeddings stay in the halves, or in the blocks of few bits, in which the model is
   * stored, and count as their values in `dtype`, which is float32: less memory to hold, and to read for each token. On
   * the CPU alone that is fast.
   */
  keepsStored?: boolean;
}

/**
 * Loads every weight, floating ones converted to `dtype` where one is given.
 * @throws ModelError as `planFittingModel`, and those of src/weights.
 */
export async function loadStoredModel(
  stored: StoredModel,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  const { dtype, keepsStored = false } = options;
  const planned = await (keepsStored ? planPackedModel : planFittingModel)(stored, options);
  return loadPlanned(planned, dtype, keepsStored);
}

/** With what can stay packed, where the architecture takes every part of it so and nobody asks for another packing. */
async function planPackedModel(stored: StoredModel, options: PlanOptions): Promise<PlannedModel> {
  const packed = options.replaceLayers === undefined ? stored.packed?.() : undefined;
  if (packed === undefined) return await planFittingModel(stored, options);
  const planned = await planModel(packed, options);
  return isComplete(planned.account) ? planned : await planFittingModel(stored, options);
}

/** Loads the weights into a model that is planned already. Throws ModelError of src/weights. */
export function loadPlanned(
  { model, sizes, account, source }: PlannedModel,
  dtype?: Dtype,
  keepsHalves = false,
): LoadedModel {
  const { entries } = account;
  const reader = source.load();
  try {
    const precision = dtype ?? source.precision;
    fillModel(model, entries, reader, { dtype: precision, keepsHalves });
    if (keepsHalves && precision !== undefined) widenAlike(model, precision);
    unpackAlike(model, precision ?? precisionOf(model));
  } catch (error) {
    dispose(model);
    throw error;
  } finally {
    reader.close();
  }
  return { model, config: source.config, sizes, entries };
}

/** What layers give of halves that they keep is what all else is. */
function widenAlike(model: LanguageModel, dtype: Dtype): void {
  for (const [, layer] of model.modules()) if (widens(layer)) layer.widenTo(dtype);
}

/** Packed weights become what the model's other numbers are. */
function unpackAlike(model: LanguageModel, dtype: Dtype | undefined): void {
  if (dtype !== "float32" && dtype !== "float16" && dtype !== "bfloat16") return;
  for (const [, layer] of model.modules()) if (isPacked(layer)) layer.unpackTo(dtype);
}
