// From a checked checkpoint to a model with its weights, and back to the names the checkpoint used.
// Downloads nothing and reads no file format: src/weights does both.
import { ModelError } from "../core/errors.ts";
import { carry, dispose, type Dtype, evaluate, scope, type Tensor } from "../mx/index.ts";
import type { Checkpoint } from "../weights/checkpoint-folder.ts";
import { loadTensors } from "../weights/load-tensors.ts";
import type { LanguageModel, ModelSizes } from "./kit/index.ts";
import { architectureOf } from "./registry.ts";

/** A parameter's origin: its name in the checkpoint, and whether the checkpoint stores it transposed. */
export interface StoredAs {
  name: string;
  transpose: boolean;
}

export interface WeightMap {
  /** By parameter path. */
  stored: Map<string, StoredAs>;
  /** Parameters for which the checkpoint has nothing. */
  missing: string[];
  /** Checkpoint tensors that are no parameter, or one that another tensor is already; known superfluous ones aside. */
  unexpected: string[];
}

export interface LoadedModel {
  model: LanguageModel;
  config: unknown;
  sizes: ModelSizes;
  stored: ReadonlyMap<string, StoredAs>;
}

/** Where every tensor of a checkpoint goes. Reads no data: works on names alone. */
export async function mapWeights(
  config: unknown,
  model: LanguageModel,
  names: Iterable<string>,
): Promise<WeightMap> {
  const architecture = await architectureOf(config);
  const expected = new Set([...model.slots()].map((slot) => slot.name));
  const stored = new Map<string, StoredAs>();
  const unexpected: string[] = [];
  for (const name of names) {
    const place = architecture.place(name, config);
    if (place === null) continue;
    if (expected.has(place.name) && !stored.has(place.name))
      stored.set(place.name, { name, transpose: place.transpose ?? false });
    else unexpected.push(name);
  }
  const missing = [...expected].filter((name) => !stored.has(name));
  return { stored, missing, unexpected };
}

function requireComplete({ missing, unexpected }: WeightMap, folder: string): void {
  if (missing.length === 0 && unexpected.length === 0) return;
  throw new ModelError("FT-MODEL-006", {
    at: { file: folder },
    message: `the weights do not fit the architecture: ${missing.length} missing, ${unexpected.length} unexpected`,
    problems: [
      ...missing.map((name) => `missing: ${name}`),
      ...unexpected.map((name) => `unexpected: ${name}`),
    ],
    hint: `ft models info ${folder}`,
  });
}

/**
 * Loads every weight, converted to `dtype` where one is given.
 * @throws ModelError FT-MODEL-002 unknown type, 003/004/005 config, 006 names, 010 shapes; those of src/weights.
 */
export async function loadCheckpoint(
  checkpoint: Checkpoint,
  options: { dtype?: Dtype } = {},
): Promise<LoadedModel> {
  const architecture = await architectureOf(checkpoint.config);
  const model = scope(() => architecture.build(checkpoint.config));
  try {
    const map = await mapWeights(checkpoint.config, model, checkpoint.tensors.keys());
    requireComplete(map, checkpoint.folder);
    fill(model, map, checkpoint, options.dtype);
    const { config } = checkpoint;
    return { model, config, sizes: architecture.sizes(config), stored: map.stored };
  } catch (error) {
    dispose(model);
    throw error;
  }
}

function fill(
  model: LanguageModel,
  { stored }: WeightMap,
  checkpoint: Checkpoint,
  dtype: Dtype | undefined,
): void {
  carry(model, () => {
    const loaded = loadTensors(checkpoint);
    model.update(new Map([...stored].map(([name, as]) => [name, converted(loaded, as, dtype)])));
    evaluate([...model.parameters().values()]);
  });
}

function converted(
  loaded: ReadonlyMap<string, Tensor>,
  { name, transpose }: StoredAs,
  dtype: Dtype | undefined,
): Tensor {
  const tensor = loaded.get(name);
  if (tensor === undefined) throw new RangeError(`${name} was listed but not loaded`);
  const oriented = transpose ? tensor.transpose() : tensor;
  return dtype === undefined || tensor.dtype === dtype ? oriented : oriented.astype(dtype);
}

/** The model's parameters under the checkpoint's own names and layout, for writing a checkpoint. */
export function storedParameters(
  model: LanguageModel,
  stored: ReadonlyMap<string, StoredAs>,
): Map<string, Tensor> {
  return new Map(
    [...model.slots()].map((slot) => {
      const as = stored.get(slot.name) ?? { name: slot.name, transpose: false };
      return [as.name, as.transpose ? slot.get().transpose() : slot.get()];
    }),
  );
}
