// Rotary positions as a file tells them: keys, or a tensor of factors. The other way is rope.ts.
import { f32, text, u32 } from "../entries.ts";
import type { ModelConfig, RopeSettings } from "./model-config.ts";
import { llama3Factors } from "./rope.ts";
import type { Keys } from "./writing.ts";

const numberIn = ({ settings }: RopeSettings, key: string): number | undefined => {
  const value = settings[key];
  return typeof value === "number" ? value : undefined;
};

/** Factor on what is turned for a stretching by `factor` (Peng et al. 2023). */
const magnitude = (factor: number, share: number): number =>
  factor <= 1 ? 1 : 0.1 * share * Math.log(factor) + 1;

/** What transformers multiplies by. */
function wantedMagnitude(rope: RopeSettings, factor: number): number {
  const [mscale, all] = [numberIn(rope, "mscale"), numberIn(rope, "mscale_all_dim")];
  const usual = mscale && all ? magnitude(factor, mscale) / magnitude(factor, all) : undefined;
  return numberIn(rope, "attention_factor") ?? usual ?? magnitude(factor, 1);
}

/** llama.cpp counts with an `mscale` of 1; `attn_factor` makes up for another one. */
function yarnKeys(config: ModelConfig, rope: RopeSettings): Keys {
  const longest = config.number("max_position_embeddings");
  const original = numberIn(rope, "original_max_position_embeddings") ?? longest;
  const factor = numberIn(rope, "factor") ?? longest / original;
  const all = numberIn(rope, "mscale_all_dim");
  const own = magnitude(factor, 1) / (all ? magnitude(factor, all) : 1);
  const correction = wantedMagnitude(rope, factor) / own;
  return {
    "rope.scaling.type": text("yarn"),
    "rope.scaling.factor": f32(factor),
    "rope.scaling.original_context_length": u32(original),
    "rope.scaling.yarn_beta_fast": f32(numberIn(rope, "beta_fast") ?? 32),
    "rope.scaling.yarn_beta_slow": f32(numberIn(rope, "beta_slow") ?? 1),
    ...(all && { "rope.scaling.yarn_log_multiplier": f32(all) }),
    ...(Math.abs(correction - 1) > 1e-6 && { "rope.scaling.attn_factor": f32(correction) }),
  };
}

const llama3Context = (rope: RopeSettings): number =>
  numberIn(rope, "original_max_position_embeddings") ?? 8192;

/** Stretching by name; Llama 3's and Phi-3's is in tensors. */
function scalingKeys(config: ModelConfig, rope: RopeSettings): Keys {
  if (rope.type === "yarn") return yarnKeys(config, rope);
  // llama.cpp has no use for it beside the factors; readers of the file can tell by it where they come from
  if (rope.type === "llama3")
    return { "rope.scaling.original_context_length": u32(llama3Context(rope)) };
  if (rope.type !== "linear") return {};
  return {
    "rope.scaling.type": text("linear"),
    "rope.scaling.factor": f32(numberIn(rope, "factor") ?? 1),
  };
}

export function ropeKeys(config: ModelConfig): Keys {
  const rope = config.rope();
  return {
    "rope.dimension_count": u32(Math.floor(config.headSize * rope.share)),
    "rope.freq_base": f32(rope.base),
    ...scalingKeys(config, rope),
  };
}

export const ROPE_FACTORS = "rope_freqs.weight" as const;

/** Llama 3.1's stretching, where the configuration has it. */
export function llama3Tensor(config: ModelConfig): Readonly<Record<string, readonly number[]>> {
  const rope = config.rope();
  if (rope.type !== "llama3") return {};
  const factors = llama3Factors(
    { dims: Math.floor(config.headSize * rope.share), base: rope.base },
    {
      factor: numberIn(rope, "factor") ?? 8,
      low: numberIn(rope, "low_freq_factor") ?? 1,
      high: numberIn(rope, "high_freq_factor") ?? 4,
      context: llama3Context(rope),
    },
  );
  return { [ROPE_FACTORS]: factors };
}

/** Kinds of stretching that `known` files cannot tell llama.cpp. */
export function unknownRope(config: ModelConfig, known: readonly string[]): string[] {
  const { type, settings } = config.rope();
  const all = ["default", "linear", "yarn", ...known];
  if (!all.includes(type)) return [`rope scaling '${type}'`];
  return settings["truncate"] === false ? ["rope scaling 'yarn' with truncate = false"] : [];
}
