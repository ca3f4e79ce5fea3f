// A model's configuration met with the family that it is written as: keys, names of tensors, what cannot be said.
// Plans no types and writes nothing.
import { ModelError } from "../../core/errors.ts";
import { architectureOf } from "../../models/index.ts";
import type { GgufKeys } from "../../weights/gguf/architectures/architecture.ts";
import { ggufArchitectures } from "../../weights/gguf/architectures/index.ts";
import { ModelConfig } from "../../weights/gguf/architectures/model-config.ts";
import type { GgufWriting, Keys } from "../../weights/gguf/architectures/writing.ts";
import { ggufWritings } from "../../weights/gguf/architectures/writings.ts";
import { inverted, type Recipe } from "../../weights/index.ts";

export interface GgufFamilyModel {
  writing: GgufWriting;
  config: ModelConfig;
  /** Without the architecture's name in front. */
  keys: Keys;
  /** From the checkpoint's names to those of the file. */
  recipe: Recipe;
}

type Values = Readonly<Record<string, unknown>>;

/** The part that describes the text model, where a model reads pictures too. */
function textPart(config: Values): Values {
  const { text_config: within } = config;
  return typeof within === "object" && within !== null ? (within as Values) : config;
}

/** Sizes of a file that is going to be. */
class PlannedKeys implements GgufKeys {
  readonly #keys: Keys;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  size(key: string): number {
    const value = this.optionalSize(key);
    if (value !== undefined) return value;
    throw new RangeError(`there is no key ${key}`);
  }

  optionalSize(key: string): number | undefined {
    const value = this.#keys[key]?.value;
    return typeof value === "number" ? value : undefined;
  }
}

function requireWritable(type: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new ModelError("FT-EXPORT-022", {
    message: `llama.cpp does not support everything in this ${type} model: as GGUF it would give other answers`,
    problems,
    hint: "ft export hf writes a folder, for transformers",
  });
}

/**
 * @throws ModelError FT-EXPORT-020 for a type that is not written, 022 for what llama.cpp cannot compute.
 */
export async function familyOf(config: unknown): Promise<GgufFamilyModel> {
  const settled = textPart((await architectureOf(config)).settled(config));
  const type = String(settled["model_type"]);
  const writing = ggufWritings.get(type);
  const asked = new ModelConfig(settled);
  requireWritable(type, writing.refuses?.(asked) ?? []);
  const keys = writing.keys(asked);
  const recipe = ggufArchitectures.get(writing.architecture).recipe(new PlannedKeys(keys));
  return { writing, config: asked, keys, recipe: inverted(recipe) };
}
