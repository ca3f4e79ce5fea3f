// Which files of a hub repository are worth their bytes: configuration, tokenizer, weights in the best form that is
// there. Never code.
// Decides from names; weight-files.ts decides among weights.
import { isSideFile } from "./side-files.ts";
import { chooseWeights } from "./weight-files.ts";

/** Weights of an adapter repository, PEFT's and mlx-lm's. */
export const ADAPTER_WEIGHTS = ["adapter_model.safetensors", "adapters.safetensors"];

/** Either says what a text's tokens are. */
export const TOKENIZERS = ["tokenizer.json", "vocab.json"];

/** Says what an adapter repository's weights are. */
const ADAPTER_CONFIG = "adapter_config.json";

export interface FilePlan {
  /** Configuration, tokenizer, and the index when there is one. */
  small: string[];
  /** Known when no index has to be read first. */
  weights: string[];
  /** Names the weights; it is among `small`. */
  index?: string;
  /** Weight files in forms that cannot be read, when there are no others. */
  unsupported: string[];
}

export function planFiles(names: readonly string[]): FilePlan {
  const small = names.filter((name) => isSideFile(name) || name === ADAPTER_CONFIG);
  const choice = chooseWeights(names);
  if (choice.kind === "index") {
    const { index } = choice;
    return { small: [...small, index], weights: [], index, unsupported: [] };
  }
  if (choice.kind === "files") {
    return { small, weights: choice.files, unsupported: [] };
  }
  const weights = ADAPTER_WEIGHTS.filter((name) => names.includes(name));
  const unsupported = weights.length > 0 ? [] : choice.unsupported;
  return { small, weights, unsupported };
}
