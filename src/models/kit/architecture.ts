// How an architecture describes itself to the registry: its config, its module, the recipe of its weights.
import type { z } from "zod";
import { ModelError } from "../../core/errors.ts";
import type { Shape } from "../../mx/index.ts";
import { drop, type Recipe, tie } from "../../weights/index.ts";
import { type Requirement, requireSupported } from "./config.ts";
import { type Converted, isTurned, type Stages, turnedBack } from "./converted.ts";
import type { LanguageModel } from "./language-model.ts";
import { type ModelSizes, sizesOf } from "./sizes.ts";

export interface Architecture {
  /** Parses config.json and builds the model with unloaded weights. Needs no addon. */
  build(config: unknown): LanguageModel;
  /** What config.json says, with what it leaves unsaid. */
  settled(config: unknown): Readonly<Record<string, unknown>>;
  /** How large the model of this config.json is. Needs no addon. */
  sizes(config: unknown): ModelSizes;
  /** Parses config.json and says how a stored model's tensors become the model's parameters. */
  recipe(config: unknown): Recipe;
  /** The same for packed weights as they are written: under the names that mlx-lm has for its layers. */
  packedRecipe(config: unknown): Recipe;
  /** Patterns of layers that stay dense where a model is packed to be written, unless they are named. */
  staysDense: readonly string[];
  /** Undoes what mlx-lm's conversion has changed of the layout of these tensors; empty where it is the published one. */
  published(config: unknown, found: ReadonlyMap<string, Shape>): Stages;
}

interface Definition<Schema extends z.ZodType> {
  config: Schema;
  /** What the config may not ask for. */
  requires?: readonly Requirement[];
  /** The key of the part of the config that this is asked of; default: the config itself. */
  within?: string;
  build(config: z.infer<Schema>): LanguageModel;
  /** Where names or layouts differ from the stored model's; what every decoder needs comes after it by itself. */
  recipe?(config: z.infer<Schema>): Recipe;
  /** Where mlx-lm spells layers otherwise than they are spelled here. */
  packedRecipe?(config: z.infer<Schema>): Recipe;
  /** Layers whose packed weights mlx-lm would pack otherwise. */
  staysDense?: readonly string[];
  /** What mlx-lm's conversion changes beside convolutions and names, undone. */
  published?(config: z.infer<Schema>, converted: Converted): Stages;
}

/** Rotary frequencies that old models store, and the copy of a tied head. */
function decoderRecipe(config: { tie_word_embeddings?: boolean }): Recipe {
  const frequencies = drop("{path*}.rotary_emb.inv_freq");
  if (config.tie_word_embeddings !== true) return [frequencies];
  return [frequencies, tie("lm_head.weight", "model.embed_tokens.weight")];
}

/** Building lays out layers and positions before it makes any array: no model has more, by the ends of the keys. */
const most: readonly (readonly [key: RegExp, count: number])[] = [
  [/(?:^|_)layers?$/, 10_000],
  [/(?:^|_)(?:dim|heads?|rank|experts|groups)$/, 1_000_000],
  [/(?:^|_)(?:size|embd|inner)$/, 10_000_000],
];

/** Of a list, its largest. */
function sizeIn(value: unknown): number {
  const numbers = [value].flat().filter((one) => typeof one === "number");
  return numbers.reduce((most, one) => Math.max(most, one), 0);
}

function endlessIn(part: unknown): string[] {
  return Object.entries((part ?? {}) as Record<string, unknown>).flatMap(([key, value]) => {
    const limit = most.find(([pattern]) => pattern.test(key))?.[1] ?? Number.POSITIVE_INFINITY;
    const size = sizeIn(value);
    return size > limit ? [`${key}: ${size} is more than any model has`] : [];
  });
}

/** Throws ModelError FT-MODEL-003 for sizes without end, in the config or in the part of it `within` a key. */
function refuseEndless(config: unknown, within: string | undefined): void {
  const inner = (config as Readonly<Record<string, unknown>> | null)?.[within ?? ""];
  const problems = [...endlessIn(config), ...endlessIn(inner)];
  if (problems.length > 0) throw notOfThisArchitecture(problems);
}

export function defineArchitecture<Schema extends z.ZodType>(
  definition: Definition<Schema>,
): Architecture {
  const parse = (config: unknown): z.infer<Schema> => {
    refuseEndless(config, definition.within);
    const parsed = definition.config.safeParse(config);
    if (!parsed.success) throw notOfThisArchitecture(problemsOf(parsed.error));
    requireSupported(
      config as Record<string, unknown>,
      definition.requires ?? [],
      definition.within,
    );
    return parsed.data;
  };
  return {
    build: (config) => definition.build(parse(config)),
    settled: (config) => parse(config) as Readonly<Record<string, unknown>>,
    sizes: (config) => sizesOf(definition.build(parse(config))),
    recipe: (config) => {
      const parsed = parse(config);
      return [...(definition.recipe?.(parsed) ?? []), ...decoderRecipe(parsed as object)];
    },
    packedRecipe: (config) => definition.packedRecipe?.(parse(config)) ?? [],
    staysDense: definition.staysDense ?? [],
    published: (config, found) => {
      const converted = { found, isTurned: isTurned(found) };
      const own = definition.published?.(parse(config), converted) ?? [];
      const stages = converted.isTurned ? [turnedBack, ...own] : own;
      return stages.filter((recipe) => recipe.length > 0);
    },
  };
}

const problemsOf = ({ issues }: z.ZodError): string[] =>
  issues.map(({ path, message }) => `${path.join(".")}: ${message}`);

function notOfThisArchitecture(problems: readonly string[]): ModelError {
  return new ModelError("FT-MODEL-003", {
    message: "config.json does not match this architecture",
    problems,
    hint: "download the model again, or correct these fields",
  });
}
