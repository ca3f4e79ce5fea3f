// What Ollama puts an adapter on: a model that it has by a name, or a .gguf file. A folder of safetensors is neither.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import type { StoredModel } from "../../weights/index.ts";

interface Asked {
  adapterOnly?: boolean | undefined;
  from?: string | undefined;
}

/**
 * The FROM line of an adapter's Modelfile; undefined where the whole model is written.
 * @throws UsageError FT-EXPORT-010 where none is known, or one is said and there is nothing to put on it.
 */
export function adapterBase(
  { folder }: StoredModel,
  { adapterOnly, from }: Asked,
): string | undefined {
  if (adapterOnly !== true) {
    if (from === undefined) return undefined;
    throw new UsageError("FT-EXPORT-010", {
      message: "--from names the base model of an adapter, and a whole model is exported",
      hint: "give --adapter-only too, or leave --from out",
    });
  }
  // Ollama looks for a file beside the Modelfile, a person from where they are
  if (from !== undefined) return existsSync(from) ? resolve(from) : from;
  if (folder.endsWith(".gguf")) return resolve(folder);
  throw new UsageError("FT-EXPORT-010", {
    message: `Ollama needs the base model of the adapter as a file that it reads, and ${folder} is not one`,
    hint: `ft export gguf ${shellWord(folder)} base.gguf, then --from base.gguf; or --from NAME as ollama list shows it`,
  });
}
