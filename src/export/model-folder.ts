// A whole model on disk as Hugging Face lays it out: config.json, tokenizer files, model.safetensors.
// Composes models (names, layout) and weights (files), which do not know each other.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeJsonAtomic } from "../core/atomic-files.ts";
import { ModelError } from "../core/errors.ts";
import { makeFolders } from "../core/folders.ts";
import { filesInFolder, type NamedFiles } from "../core/named-files.ts";
import { fillModel, type LoadedModel, storedTensors } from "../models/index.ts";
import { type Dtype, scope, type Tensor } from "../mx/index.ts";
import {
  isLicenseFile,
  isSideFile,
  loadTensorFile,
  readerOf,
  saveTensors,
} from "../weights/index.ts";

/** A model and how its checkpoint stores it. */
export type StoredModel = Pick<LoadedModel, "model" | "entries">;

const weightsFile = "model.safetensors";

const configFile = "config.json";

/** Copies what stands beside weights; makes the folder. */
export async function writeSideFiles(from: NamedFiles, to: string): Promise<void> {
  makeFolders(to);
  for (const name of from.names()) {
    const isCopied = isSideFile(name) || isLicenseFile(name);
    const content = isCopied ? from.read(name) : undefined;
    if (content !== undefined) await writeFile(join(to, name), content);
  }
}

/** The one precision of all floating tensors; undefined where there are several. */
function precisionOf(tensors: Iterable<Tensor>): Dtype | undefined {
  const found = new Set(
    [...tensors].map(({ dtype }) => dtype).filter((dtype) => /float/.test(dtype)),
  );
  return found.size === 1 ? [...found][0] : undefined;
}

/** config.json says in which precision the weights are, in transformers' new way or in its old one. */
async function writePrecision(folder: string, dtype: Dtype): Promise<void> {
  const file = join(folder, configFile);
  const config = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  const said = ["dtype", "torch_dtype"].filter((key) => typeof config[key] === "string");
  const keys = said.length === 0 ? ["torch_dtype"] : said;
  if (keys.every((key) => config[key] === dtype)) return;
  for (const key of keys) config[key] = dtype;
  await writeJsonAtomic(file, config);
}

/**
 * Writes the model under its checkpoint's own names, converted to `dtype` where one is given, beside the side files of
 * `source`, a folder or what a checkpoint carries; config.json says the precision that is written.
 */
export async function saveModel(
  folder: string,
  { model, entries }: StoredModel,
  source: string | NamedFiles,
  dtype?: Dtype,
): Promise<void> {
  await writeSideFiles(typeof source === "string" ? filesInFolder(source) : source, folder);
  const tensors = scope(() => {
    const parameters = [...storedTensors(model, entries)];
    return parameters.map(
      ([name, value]) => [name, dtype === undefined ? value : value.astype(dtype)] as const,
    );
  });
  const precision = precisionOf(tensors.map(([, tensor]) => tensor));
  if (precision !== undefined) await writePrecision(folder, precision);
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
