// Which model a person means by a name that may be an adapter's folder or a run's: the base, and the adapter on it.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { readFoundAdapter } from "../adapters/formats/read-config.ts";
import { ModelError } from "../core/errors.ts";
import { hashFile } from "../core/file-hash.ts";
import { expandHome } from "../core/paths.ts";
import { shellWord } from "../core/shell.ts";
import { trainedFolder } from "../runs/index.ts";
import type { TemplateSource } from "../text/index.ts";

export interface NamedModel {
  /** As `loadModel` takes it. */
  base: string;
  adapter: string | undefined;
  /** Of the adapter's numbers, by which a change of them is seen; null without one. */
  digest: string | null;
  /** That it was trained with, where its file says so. */
  template?: TemplateSource;
}

const configName = "adapter_config.json";
const weightNames = ["adapters.safetensors", "adapter_model.safetensors"];

type AdapterFile = Readonly<Record<string, unknown>>;

const textIn = (file: AdapterFile, key: string): string | undefined => {
  const value = file[key];
  return typeof value === "string" ? value : undefined;
};

function templateIn(file: AdapterFile): TemplateSource | undefined {
  const name = textIn(file, "template");
  return name === undefined ? undefined : { name, text: textIn(file, "template_text") };
}

/** What only looks like one, such as a pipe, would be waited for. */
const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true;

async function digestOf(adapter: string): Promise<string | null> {
  const file = weightNames.map((name) => join(adapter, name)).find(isFile);
  return file === undefined ? null : await hashFile(file);
}

function wholeModel(name: string, folder: string | undefined): NamedModel {
  const isFolder = folder !== undefined && existsSync(join(folder, "config.json"));
  return { base: isFolder ? folder : name, adapter: undefined, digest: null };
}

/**
 * `baseModel` takes the place of the base that the adapter's file names: `model` in mlx-lm's form,
 * `base_model_name_or_path` in PEFT's.
 * @throws ModelError FT-GENERATE-005 for an adapter that names none, FT-ADAPTER-003 for a damaged file; what `trainedFolder` throws.
 */
export async function namedModel(name: string, baseModel: string | undefined): Promise<NamedModel> {
  const folder = existsSync(expandHome(name)) ? trainedFolder(name) : undefined;
  if (folder === undefined || !existsSync(join(folder, configName)))
    return wholeModel(name, folder);
  const { config: file } = readFoundAdapter(folder);
  const base = baseModel ?? textIn(file, "model") ?? textIn(file, "base_model_name_or_path");
  const template = templateIn(file);
  if (base !== undefined)
    return { base, adapter: folder, digest: await digestOf(folder), ...(template && { template }) };
  throw new ModelError("FT-GENERATE-005", {
    at: { file: join(folder, configName) },
    message: "this adapter does not name its base model",
    hint: `give that model, and --adapter ${shellWord(name)}`,
  });
}
