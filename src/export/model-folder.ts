// A whole model on disk as Hugging Face lays it out: config.json, tokenizer files, model.safetensors.
// Composes models (names, layout) and weights (files), which do not know each other.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "../core/errors.ts";
import { filesInFolder, type NamedFiles } from "../core/named-files.ts";
import { fillModel, type LoadedModel, storedTensors } from "../models/index.ts";
import { type Dtype, scope } from "../mx/index.ts";
import { loadTensorFile, readerOf, saveTensors } from "../weights/index.ts";

/** What a model folder holds beside weights. */
const companions =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|vocab|added_tokens|chat_template)\.json$|^merges\.txt$|^chat_template\.jinja$|^tokenizer\.model$/;

/** A model and how its checkpoint stores it. */
export type StoredModel = Pick<LoadedModel, "model" | "entries">;

const weightsFile = "model.safetensors";

async function writeCompanions(from: NamedFiles, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of from.names()) {
    const content = companions.test(name) ? from.read(name) : undefined;
    if (content !== undefined) await writeFile(join(to, name), content);
  }
}

/**
 * Writes the model under its checkpoint's own names, converted to `dtype` where one is given. `source` has the files
 * that belong beside the weights: a folder, or a checkpoint's companions.
 */
export async function saveModel(
  folder: string,
  { model, entries }: StoredModel,
  source: string | NamedFiles,
  dtype?: Dtype,
): Promise<void> {
  await writeCompanions(typeof source === "string" ? filesInFolder(source) : source, folder);
  const tensors = scope(() => {
    const parameters = [...storedTensors(model, entries)];
    return parameters.map(
      ([name, value]) => [name, dtype === undefined ? value : value.astype(dtype)] as const,
    );
  });
  await saveTensors(join(folder, weightsFile), new Map(tensors), { format: "pt" });
  const parameters = new Set(model.tensors());
  for (const [, tensor] of tensors) if (!parameters.has(tensor)) tensor.dispose();
}

/** Puts weights written by `saveModel` into a model of the same shape. */
export async function restoreModel(folder: string, { model, entries }: StoredModel): Promise<void> {
  const file = join(folder, weightsFile);
  const { tensors } = await loadTensorFile(file);
  const absent = entries.flatMap(({ sources }) => sources).find((name) => !tensors.has(name));
  if (absent !== undefined) throw missing(file, absent);
  const reader = readerOf(tensors);
  try {
    fillModel(model, entries, reader);
  } finally {
    reader.close();
  }
}

function missing(file: string, name: string): ModelError {
  return new ModelError("FT-MODEL-007", {
    at: { file },
    message: `tensor '${name}' is missing`,
    hint: "remove this checkpoint folder and resume: the one before it is used",
  });
}
