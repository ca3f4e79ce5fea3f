// A whole model on disk as Hugging Face lays it out: config.json, tokenizer files, model.safetensors.
// Composes models (names, layout) and weights (files), which do not know each other.
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "../core/errors.ts";
import { type LoadedModel, storedParameters } from "../models/index.ts";
import { type Dtype, retain, scope } from "../mx/index.ts";
import { loadTensorFile, saveTensors } from "../weights/index.ts";

/** What a model folder holds beside weights. */
const companions =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|vocab|added_tokens|chat_template)\.json$|^merges\.txt$|^chat_template\.jinja$|^tokenizer\.model$/;

/** A model and the names its checkpoint uses; none: the parameters' own. */
export type StoredModel = Pick<LoadedModel, "model" | "stored">;

const weightsFile = "model.safetensors";

async function copyCompanions(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (companions.test(name)) await copyFile(join(from, name), join(to, name));
  }
}

/** Writes the model under its checkpoint's own names, converted to `dtype` where one is given. */
export async function saveModel(
  folder: string,
  { model, stored }: StoredModel,
  source: string,
  dtype?: Dtype,
): Promise<void> {
  await copyCompanions(source, folder);
  const tensors = scope(() => {
    const parameters = [...storedParameters(model, stored)];
    return parameters.map(
      ([name, value]) => [name, dtype === undefined ? value : value.astype(dtype)] as const,
    );
  });
  await saveTensors(join(folder, weightsFile), new Map(tensors), { format: "pt" });
  const parameters = new Set(model.tensors());
  for (const [, tensor] of tensors) if (!parameters.has(tensor)) tensor.dispose();
}

/** Puts weights written by `saveModel` into a model of the same shape. */
export async function restoreModel(folder: string, loaded: StoredModel): Promise<void> {
  const file = join(folder, weightsFile);
  const { tensors } = await loadTensorFile(file);
  const before = [...loaded.model.parameters().values()];
  scope(() => {
    const values = new Map(
      [...loaded.model.slots()].map((slot) => {
        const as = loaded.stored.get(slot.name) ?? { name: slot.name, transpose: false };
        const tensor = tensors.get(as.name);
        if (tensor === undefined) throw missing(file, as.name);
        return [slot.name, as.transpose ? tensor.transpose() : tensor];
      }),
    );
    loaded.model.update(retain(values));
  });
  // What a parameter was transposed from is not the parameter, and would stay in memory.
  const held = new Set(loaded.model.tensors());
  for (const tensor of [...before, ...tensors.values()]) if (!held.has(tensor)) tensor.dispose();
}

function missing(file: string, name: string): ModelError {
  return new ModelError("FT-MODEL-007", {
    at: { file },
    message: `tensor '${name}' is missing`,
    hint: "remove this checkpoint folder and resume: the one before it is used",
  });
}
