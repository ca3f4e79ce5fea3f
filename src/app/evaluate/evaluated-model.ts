// Which model a person means by a name that may be an adapter's folder or a run's: the base, and the adapter on it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ModelError } from "../../core/errors.ts";
import { hashFile } from "../../core/file-hash.ts";
import { expandHome } from "../../core/paths.ts";
import { shellWord } from "../../core/shell.ts";
import { trainedFolder } from "../../runs/index.ts";

export interface EvaluatedModel {
  /** As `loadModel` takes it. */
  base: string;
  adapter: string | undefined;
  /** Of the adapter's numbers, by which a change of them is seen; null without one. */
  digest: string | null;
}

const configName = "adapter_config.json";
const weightNames = ["adapters.safetensors", "adapter_model.safetensors"];

/** As the adapter's file has it: mlx-lm's key and PEFT's. */
function baseOf(adapter: string): string | undefined {
  const config = JSON.parse(readFileSync(join(adapter, configName), "utf8")) as Record<
    string,
    unknown
  >;
  const named = config["model"] ?? config["base_model_name_or_path"];
  return typeof named === "string" ? named : undefined;
}

async function digestOf(adapter: string): Promise<string | null> {
  const file = weightNames.map((name) => join(adapter, name)).find((path) => existsSync(path));
  return file === undefined ? null : await hashFile(file);
}

/**
 * `baseModel` takes the place of the base that the adapter's file names.
 * @throws ModelError FT-EVAL-008 for an adapter that names none; what `trainedFolder` throws.
 */
export async function evaluatedModel(
  name: string,
  baseModel: string | undefined,
): Promise<EvaluatedModel> {
  const folder = existsSync(expandHome(name)) ? trainedFolder(name) : undefined;
  if (folder === undefined || !existsSync(join(folder, configName)))
    return {
      base: folder !== undefined && existsSync(join(folder, "config.json")) ? folder : name,
      adapter: undefined,
      digest: null,
    };
  const base = baseModel ?? baseOf(folder);
  if (base !== undefined) return { base, adapter: folder, digest: await digestOf(folder) };
  throw new ModelError("FT-EVAL-008", {
    at: { file: join(folder, configName) },
    message: "the adapter does not name the model that it belongs to",
    hint: `ft evaluate ${shellWord(name)} --base-model MODEL`,
  });
}
