// How an architecture describes itself to the registry: its config, its module, its weight names.
import type { z } from "zod";
import { ModelError } from "../../core/errors.ts";
import { type Requirement, requireSupported } from "./config.ts";
import type { LanguageModel } from "./language-model.ts";
import type { ModelSizes } from "./sizes.ts";

/** Where a checkpoint's tensor goes; null: it is not a parameter (a stored mask, say). */
export type WeightPlace = { name: string; transpose?: boolean } | null;

export interface Architecture {
  /** Parses config.json and builds the model with unloaded weights. */
  build(config: unknown): LanguageModel;
  /** Parses config.json and says how large the model is. Needs no addon. */
  sizes(config: unknown): ModelSizes;
  /** Place of a checkpoint's tensor, by its name. */
  place(name: string, config: unknown): WeightPlace;
}

interface Definition<Schema extends z.ZodType> {
  config: Schema;
  /** What the config may not ask for. */
  requires?: readonly Requirement[];
  build(config: z.infer<Schema>): LanguageModel;
  sizes(config: z.infer<Schema>): ModelSizes;
  /** Default: names as in the checkpoint, without rotary frequencies and the copy of a tied head. */
  place?(name: string): WeightPlace;
}

function asNamed(name: string, config: unknown): WeightPlace {
  const isTied = (config as { tie_word_embeddings?: unknown }).tie_word_embeddings === true;
  if (name.endsWith("rotary_emb.inv_freq")) return null;
  return isTied && name === "lm_head.weight" ? null : { name };
}

export function defineArchitecture<Schema extends z.ZodType>(
  definition: Definition<Schema>,
): Architecture {
  const parse = (config: unknown): z.infer<Schema> => {
    const parsed = definition.config.safeParse(config);
    if (!parsed.success) throw notOfThisArchitecture(parsed.error);
    requireSupported(config as Record<string, unknown>, definition.requires ?? []);
    return parsed.data;
  };
  return {
    build: (config) => definition.build(parse(config)),
    sizes: (config) => definition.sizes(parse(config)),
    place: definition.place ?? asNamed,
  };
}

function notOfThisArchitecture(error: z.ZodError): ModelError {
  return new ModelError("FT-MODEL-003", {
    message: "config.json is not one of this architecture",
    problems: error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    hint: "download the model again, or correct these fields",
  });
}
