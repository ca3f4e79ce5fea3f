// PEFT's adapter_config.json: which of its settings are understood, and what rank and scale each layer has.
// Which tensors there are is not asked here.
import { z } from "zod";
import { ModelError } from "../../core/errors.ts";
import type { FoundAdapter } from "./format.ts";
import { CONFIG_FILE, badAdapter } from "./read-config.ts";

/** Null means the default. */
const orElse = <Schema extends z.ZodType>(schema: Schema, value: z.infer<Schema>) =>
  schema.nullish().transform((given): z.infer<Schema> => given ?? value);

const numbers = z.record(z.string(), z.number().positive());

const PeftConfig = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullish().catch(undefined),
  r: z.int().positive().max(65_536),
  lora_alpha: z.number(),
  lora_dropout: orElse(z.number().min(0).lt(1), 0),
  use_rslora: orElse(z.boolean(), false),
  use_dora: orElse(z.boolean(), false),
  rank_pattern: orElse(numbers, {}),
  alpha_pattern: orElse(numbers, {}),
  target_parameters: orElse(z.array(z.string()), []),
  ensure_weight_tying: orElse(z.boolean(), false),
});
export type PeftConfig = z.infer<typeof PeftConfig>;

/** Settings that make of an adapter something else, with what they make of it. */
const otherKinds: Readonly<Record<string, string>> = {
  alora_invocation_tokens: "the adapter works from certain tokens on (aLoRA)",
  layer_replication: "layers are repeated",
  trainable_token_indices: "single rows of the embedding are trained",
  use_bdlora: "factors are block-diagonal (BD-LoRA)",
  arrow_config: "several adapters are routed (Arrow)",
  kasa_config: "factors have singular values between them (KaSA)",
  velora_config: "it is VeLoRA",
  monteclora_config: "it is MonteCLoRA",
};

/** Of those starts PEFT changes the base as well, and does so again whenever it loads the adapter. */
const changesBase = /^(?:pissa|olora|corda|loftq|lora_ga)/i;

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && JSON.stringify(value) !== "[]";

function problemsOf(config: Readonly<Record<string, unknown>>): string[] {
  const found = Object.entries(otherKinds)
    .filter(([key]) => isSet(config[key]))
    .map(([key, what]) => `${key}: ${what}`);
  const { init_lora_weights: start } = config;
  const isBase = typeof start === "string" && changesBase.test(start);
  return isBase ? [...found, `init_lora_weights ${start}: the base is changed with it`] : found;
}

/** @throws ModelError FT-ADAPTER-009 for an adapter of a kind that is not read here, 003 for what is no such file. */
export function peftConfigOf({ folder, config }: FoundAdapter): PeftConfig {
  const { peft_type: type } = config;
  const problems =
    type === "LORA" ? problemsOf(config) : [`peft_type ${String(type)}: only LORA is read here`];
  if (problems.length > 0)
    throw new ModelError("FT-ADAPTER-009", {
      at: { file: `${folder}/${CONFIG_FILE}` },
      message: "ft does not support this kind of PEFT adapter",
      problems,
      hint: "merge it with PEFT (merge_and_unload, save_pretrained) and give the merged model",
    });
  const { data, error } = PeftConfig.safeParse(config);
  if (data !== undefined) return data;
  throw badAdapter(folder, `not a configuration of PEFT's LoRA: ${z.prettifyError(error)}`, error);
}

const LONGEST_PATTERN = 300;
/** Repeated groups could take a stranger's pattern for ever to match. */
const endless = /\)[*+?{]|\\[bB]|\(\?/;

/** As PEFT matches a module's name with the keys of a pattern: the first that fits its end. */
function patternValue(patterns: Readonly<Record<string, number>>, module: string) {
  for (const [pattern, value] of Object.entries(patterns)) {
    if (pattern.length > LONGEST_PATTERN || endless.test(pattern)) continue;
    // of a parameter, PEFT's name has an end that a module's has not
    const matcher = new RegExp(`^(?:.*\\.)?(?:${pattern})$`);
    if (matcher.test(module) || matcher.test(`${module}.weight`)) return value;
  }
  return undefined;
}

/** @throws RangeError for patterns that are none. */
export function rankOf({ rank_pattern, r }: PeftConfig, name: string): number {
  return patternValue(rank_pattern, name) ?? r;
}

export function scaleOf(config: PeftConfig, name: string, rank: number): number {
  const alpha = patternValue(config.alpha_pattern, name) ?? config.lora_alpha;
  return alpha / (config.use_rslora ? Math.sqrt(rank) : rank);
}
