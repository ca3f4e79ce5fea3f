// What an entry of the list of written families is: which keys and which tensors a configuration becomes. Names of
// tensors and their layouts are those of the reader's entry, taken the other way.
import type { GgufEntry } from "../entries.ts";
import type { ModelConfig } from "./model-config.ts";

export type Keys = Readonly<Record<string, GgufEntry>>;

/** What the configuration asks for and llama.cpp does otherwise, though it runs the model. */
export interface Unheeded {
  what: string;
  why: string;
}

export interface GgufWriting {
  /** `general.architecture`: an entry of the reader's list. */
  architecture: string;
  /** Without the architecture's name in front. */
  keys(config: ModelConfig): Keys;
  /** Tensors that a file has and a checkpoint has not, of float32: factors of rotary positions. */
  factors?(config: ModelConfig): Readonly<Record<string, readonly number[]>>;
  /** What llama.cpp cannot compute: such a model is not written. */
  refuses?(config: ModelConfig): readonly string[];
  /** Layers whose inputs stand in another order in a file: an update of them is not two factors there. */
  turnedColumns?: RegExp;
  unheeded?(config: ModelConfig): readonly Unheeded[];
}

/** A window that the family has and llama.cpp has not for it. */
export function windowUnheeded(config: ModelConfig, isUsed = true): Unheeded[] {
  const window = config.optional("sliding_window");
  if (window === undefined || !isUsed) return [];
  const why = "llama.cpp lets every layer of this architecture see the whole text";
  return [{ what: `a window of ${window} tokens`, why }];
}

/** Layer types that are not those that llama.cpp takes for granted. */
export function unlikeLayers(
  found: readonly boolean[],
  usual: (layer: number) => boolean,
  what: string,
): string[] {
  const layer = found.findIndex((value, at) => value !== usual(at));
  return layer < 0 ? [] : [`layer ${layer} ${what}`];
}
