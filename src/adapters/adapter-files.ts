// Adapters that are being trained, in and out of mlx-lm's files: written with what their layers hold, and read back into
// layers that are attached already. Adapters that exist, in whatever form: open-adapter.ts.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeJsonAtomic } from "../core/atomic-files.ts";
import { carry, dispose, evaluate, retain, scope, type Tensor } from "../mx/index.ts";
import { requireSameShapes } from "../nn/index.ts";
import { loadTensorFile, readSafetensorsHeader, saveTensors } from "../weights/index.ts";
import type { AdaptedLayer, AdapterShape } from "./adapted-layer.ts";
import type { Attached, BlockModel, PlacedAdapter } from "./attach.ts";
import { adapterFormats } from "./formats/index.ts";
import { MLX_WEIGHTS, requireSameNames } from "./formats/mlx.ts";
import { CONFIG_FILE } from "./formats/read-config.ts";

const extension = ".safetensors";

/** The file of an adapter's weights, given that or the adapter's folder: a run of mlx-lm keeps several in one. */
export function adapterWeightsFile(path: string): string {
  return path.endsWith(extension) ? path : join(path, MLX_WEIGHTS);
}

/** Of an adapter in any form: the file of its weights that is there, else the one of our own form. */
export function anyWeightsFile(path: string): string {
  const own = adapterWeightsFile(path);
  const all = adapterFormats.names().flatMap((name) => adapterFormats.get(name).files);
  const found = all.map((name) => join(path, name)).find((file) => existsSync(file));
  return existsSync(own) ? own : (found ?? own);
}

export const folderOf = (path: string): string => (path.endsWith(extension) ? dirname(path) : path);

/** What is written beside the numbers: the model that the adapter belongs to, and the template it was trained with. */
export interface AdapterOrigin {
  base: string;
  /** By which the base is known again: `modelDigest`. */
  baseDigest?: string;
  /** What its weights are like: `likenessOf`. */
  baseLikeness?: string | undefined;
  template: string;
  /** Where the template was given as a file or a text. */
  templateText?: string | undefined;
}

/** Writes the two files. */
export async function saveAdapter(
  folder: string,
  model: BlockModel,
  attached: Attached,
  shape: AdapterShape,
  { base, baseDigest, baseLikeness, template, templateText }: AdapterOrigin,
): Promise<void> {
  const stored = storedParts(model);
  await saveTensors(join(folder, MLX_WEIGHTS), new Map([...trainedTensors(model), ...stored]), {
    format: "mlx",
  });
  dispose(stored);
  const { start, ...parameters } = shape;
  const rank = stored.size > 0 ? 2 * shape.rank : shape.rank;
  await writeJsonAtomic(join(folder, CONFIG_FILE), {
    fine_tune_type: attached.kind,
    model: base,
    model_digest: baseDigest,
    model_likeness: baseLikeness,
    template,
    template_text: templateText,
    num_layers: attached.blockCount,
    lora_parameters: { ...parameters, rank, keys: attached.keys },
    ...(start !== undefined && start !== "default" && { start }),
  });
}

function trainedTensors(model: BlockModel): Map<string, Tensor> {
  return new Map(model.trainableSlots().map((slot) => [slot.name, slot.get()]));
}

/** Those that files hold otherwise than the layers do, made for the file. */
function storedParts(model: BlockModel): Map<string, Tensor> {
  return scope(() => {
    const parts = adaptedLayers(model).flatMap(([path, layer]) =>
      Object.entries(layer.stored?.() ?? {}).map(
        ([name, value]) => [`${path}.${name}`, value.mul(1)] as const,
      ),
    );
    evaluate(parts.map(([, value]) => value));
    return new Map(parts);
  });
}

function adaptedLayers(model: BlockModel): [path: string, layer: AdaptedLayer][] {
  return [...model.modules()].filter(
    (entry): entry is [string, AdaptedLayer] => "stored" in entry[1],
  );
}

/**
 * Whether `loadAdapterWeights` would take the adapter at `path`, from the header of its file alone.
 * @throws ModelError FT-ADAPTER-003 for other tensors than `shapes` names, FT-MODEL-010 for other shapes.
 */
export async function requireFittingAdapter(
  path: string,
  shapes: PlacedAdapter["shapes"],
): Promise<void> {
  const { tensors } = await readSafetensorsHeader(adapterWeightsFile(path));
  requireSameNames(folderOf(path), new Set(shapes.keys()), new Set(tensors.keys()));
  requireSameShapes(
    shapes,
    [...tensors].map(([name, { shape }]) => [name, shape]),
  );
}

/** Puts the values of an adapter, a folder or a file, into layers that are attached already (to go on training it). */
export async function loadAdapterWeights(path: string, model: BlockModel): Promise<void> {
  const { tensors } = await loadTensorFile(adapterWeightsFile(path));
  retain(tensors);
  try {
    carry(model, () => {
      requireSameNames(
        folderOf(path),
        new Set(trainedTensors(model).keys()),
        new Set(tensors.keys()),
      );
      model.update(takenBack(model, tensors));
      evaluate([...trainedTensors(model).values()]);
    });
  } finally {
    const held = new Set(model.tensors());
    dispose([...tensors.values()].filter((tensor) => !held.has(tensor)));
  }
}

/** Values of the parameters, by path. */
function takenBack(model: BlockModel, tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const values = new Map(tensors);
  for (const [path, layer] of adaptedLayers(model)) {
    const own = [...tensors]
      .filter(([name]) => name.startsWith(`${path}.`))
      .map(([name, value]) => [name.slice(path.length + 1), value] as const);
    const parts = layer.takeStored?.(Object.fromEntries(own)) ?? {};
    for (const [name, value] of Object.entries(parts)) values.set(`${path}.${name}`, value);
  }
  return values;
}
