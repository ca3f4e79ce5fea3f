// Phi-3 in GGUF: queries, keys and values are one tensor, and so are gate and up. Long texts have factors of their own.
import { f32, u32 } from "../entries.ts";
import type { GgufModelFile } from "./architecture.ts";
import { decoder } from "./decoder.ts";
import type { ModelConfig } from "./model-config.ts";
import { type Keys, windowUnheeded } from "./writing.ts";
import { writtenDecoder } from "./written-decoder.ts";

const LONG = "rope_factors_long.weight";
const SHORT = "rope_factors_short.weight";

function scalingIn(file: GgufModelFile): Record<string, unknown> {
  const [long, short] = [file.factors(LONG), file.factors(SHORT)];
  if (long === undefined && short === undefined) return {};
  if (long === undefined || short === undefined)
    throw file.unsupported(["factors of rotary positions for long texts alone, or for short ones"]);
  const factor = file.real("rope.scaling.attn_factor");
  return {
    rope_scaling: {
      rope_type: "longrope",
      long_factor: Array.from(long),
      short_factor: Array.from(short),
      ...(factor !== undefined && { attention_factor: factor }),
      original_max_position_embeddings: originalIn(file),
    },
  };
}

const originalIn = (file: GgufModelFile): number =>
  file.optionalSize("rope.scaling.original_context_length") ?? file.size("context_length");

/** Zero says that there is none. */
const windowIn = (file: GgufModelFile): number | undefined =>
  file.sizes("attention.sliding_window").find((window) => window > 0);

export const phi3 = decoder({
  modelType: "phi3",
  className: "Phi3ForCausalLM",
  names: { attn_qkv: "self_attn.qkv_proj", ffn_up: "mlp.gate_up_proj" },
  refuses: ["expert_count"],
  config: (file) => ({
    sliding_window: windowIn(file) ?? null,
    original_max_position_embeddings: originalIn(file),
    ...scalingIn(file),
  }),
});

const isLong = (config: ModelConfig): boolean => ["longrope", "su"].includes(config.rope().type);

function numbersIn(config: ModelConfig, key: string): number[] {
  const value = config.rope().settings[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === "number") : [];
}

const originalOf = (config: ModelConfig): number => {
  const own = config.rope().settings["original_max_position_embeddings"];
  return typeof own === "number" ? own : config.number("original_max_position_embeddings");
};

/** Factor on what is turned (Ding et al. 2024). */
function magnitudeOf(config: ModelConfig): number {
  const { settings } = config.rope();
  const told = settings["short_mscale"] ?? settings["attention_factor"];
  if (typeof told === "number") return told;
  const original = originalOf(config);
  const factor = settings["factor"] ?? config.number("max_position_embeddings") / original;
  return Number(factor) <= 1 ? 1 : Math.sqrt(1 + Math.log(Number(factor)) / Math.log(original));
}

function keys(config: ModelConfig): Keys {
  return {
    "rope.scaling.original_context_length": u32(originalOf(config)),
    // zero says that there is none; llama.cpp tells models apart by it
    "attention.sliding_window": u32(config.optional("sliding_window") ?? 0),
    ...(isLong(config) && { "rope.scaling.attn_factor": f32(magnitudeOf(config)) }),
  };
}

export const writtenPhi3 = writtenDecoder("phi3", {
  ropes: ["longrope", "su"],
  keys,
  factors: (config): Readonly<Record<string, readonly number[]>> =>
    isLong(config)
      ? { [LONG]: numbersIn(config, "long_factor"), [SHORT]: numbersIn(config, "short_factor") }
      : {},
  refuses: (config) => {
    const { short_mscale: short, long_mscale: long } = config.rope().settings;
    return short !== long ? ["long_mscale unlike short_mscale"] : [];
  },
  unheeded: windowUnheeded,
});
