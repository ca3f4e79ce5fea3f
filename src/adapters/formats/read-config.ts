// adapter_config.json read from disk, before anyone knows whose it is; and the errors for what is no adapter.
import { statSync } from "node:fs";
import { join } from "node:path";
import { boundedFile } from "../../core/bounded-file.ts";
import { ModelError } from "../../core/errors.ts";
import type { FoundAdapter } from "./format.ts";

export const CONFIG_FILE = "adapter_config.json";
const MOST_CONFIG_BYTES = 16_000_000;

export function badAdapter(folder: string, message: string, cause?: unknown): ModelError {
  return new ModelError("FT-ADAPTER-003", {
    at: { file: join(folder, CONFIG_FILE) },
    message,
    hint:
      "give a folder written by ft or mlx_lm.lora (adapters.safetensors and adapter_config.json), or by PEFT " +
      "(adapter_model.safetensors)",
    cause,
  });
}

/** @throws ModelError FT-ADAPTER-003 where there is none. */
export function readFoundAdapter(folder: string): FoundAdapter {
  let text: string;
  try {
    text = boundedFile(join(folder, CONFIG_FILE), MOST_CONFIG_BYTES).toString("utf8");
  } catch (error) {
    throw badAdapter(folder, "there is no adapter in this folder", error);
  }
  try {
    return { folder, config: Object(JSON.parse(text)) as FoundAdapter["config"] };
  } catch (error) {
    throw badAdapter(
      folder,
      `adapter_config.json is not an adapter configuration: ${String(error)}`,
      error,
    );
  }
}

/** A folder or a pipe of that name is no weights, and a pipe would be waited for. */
const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** The first of these files that is in the folder. Throws ModelError FT-ADAPTER-003 where none is. */
export function weightsIn(folder: string, names: readonly string[]): string {
  const found = names.map((name) => join(folder, name)).find(isFile);
  if (found !== undefined) return found;
  throw badAdapter(folder, `the adapter's weights are missing: there is no ${names.join(" or ")}`);
}
