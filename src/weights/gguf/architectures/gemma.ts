// Gemma, Gemma 2 and Gemma 3 in GGUF: norms plus one, windows, soft caps.
// How scores are scaled their files do not say: as llama.cpp's src/models/gemma2.cpp and gemma3.cpp have it.
import { f32, u32 } from "../entries.ts";
import type { GgufModelFile } from "./architecture.ts";
import { decoder } from "./decoder.ts";
import type { ModelConfig } from "./model-config.ts";
import { type Keys, unlikeLayers } from "./writing.ts";
import { writtenDecoder } from "./written-decoder.ts";

const shared = { activation: "gelu_pytorch_tanh", normsPlusOne: true };
const blocks = { ...shared, normsBehind: true };
const refuses = ["expert_count"];

/** Layers of the largest model of a family, which scales its scores by another size. */
const largest = { gemma2: 46, gemma3: 62 };

interface ScoreSizes {
  layers: number;
  heads: number;
  width: number;
  headSize: number;
}

/** The number under the root of which scores are divided. */
const scoreSize = ({ layers, heads, width, headSize }: ScoreSizes, most: number): number =>
  layers === most ? width / heads : headSize;

function scoreSizeIn(file: GgufModelFile, most: number): number {
  const heads = file.size("attention.head_count");
  const width = file.size("embedding_length");
  const headSize = file.optionalSize("attention.key_length") ?? width / heads;
  return scoreSize({ layers: file.size("block_count"), heads, width, headSize }, most);
}

export const gemma = decoder({ ...shared, modelType: "gemma", className: "GemmaForCausalLM" });

export const gemma2 = decoder({
  ...blocks,
  modelType: "gemma2",
  className: "Gemma2ForCausalLM",
  refuses,
  config: (file) => ({
    hidden_activation: shared.activation,
    query_pre_attn_scalar: scoreSizeIn(file, largest.gemma2),
    sliding_window: file.optionalSize("attention.sliding_window") ?? 4096,
    attn_logit_softcapping: file.real("attn_logit_softcapping") ?? 50,
    final_logit_softcapping: file.real("final_logit_softcapping") ?? 30,
  }),
});

export const gemma3 = decoder({
  ...blocks,
  modelType: "gemma3_text",
  className: "Gemma3ForCausalLM",
  refuses,
  config: (file) => ({
    hidden_activation: shared.activation,
    query_pre_attn_scalar: scoreSizeIn(file, largest.gemma3),
    sliding_window: file.optionalSize("attention.sliding_window") ?? null,
    sliding_window_pattern: file.optionalSize("attention.sliding_window_pattern") ?? 6,
    final_logit_softcapping: file.real("final_logit_softcapping") ?? null,
    rope_theta: file.real("rope.freq_base") ?? 1_000_000,
    rope_local_base_freq: file.real("rope.freq_base_swa") ?? 10_000,
  }),
});

/** Another size than llama.cpp takes for granted. */
function unlikeScores(config: ModelConfig, most: number): string[] {
  const wanted = config.number("query_pre_attn_scalar");
  const { layers, heads, headSize } = config;
  const width = config.number("hidden_size");
  const taken = scoreSize({ layers, heads, width, headSize }, most);
  return wanted === taken
    ? []
    : [`query_pre_attn_scalar = ${wanted}, where it counts with ${taken}`];
}

const isFull = (type: unknown): boolean => type === "full_attention";

/** Whether each layer sees everything; `period` where config.json does not list them. */
export function fullLayers(config: ModelConfig, period: number): boolean[] {
  const listed = config.list("layer_types");
  return Array.from({ length: config.layers }, (_, layer) =>
    listed === undefined ? (layer + 1) % period === 0 : isFull(listed[layer]),
  );
}

const periodic = (period: number) => (layer: number) => (layer + 1) % period === 0;

/** The layer that first sees everything tells how many there are to each. */
function periodOf(config: ModelConfig): number {
  const usual = config.optional("sliding_window_pattern") ?? 6;
  const first = fullLayers(config, usual).indexOf(true);
  return first < 0 ? usual : first + 1;
}

const UNLIKE = "sees a window where llama.cpp lets it see all, or the other way round";

export const writtenGemma = writtenDecoder("gemma");

export const writtenGemma2 = writtenDecoder("gemma2", {
  keys: (config) => ({
    "attention.sliding_window": u32(config.number("sliding_window")),
    attn_logit_softcapping: f32(config.number("attn_logit_softcapping")),
    final_logit_softcapping: f32(config.number("final_logit_softcapping")),
  }),
  refuses: (config) => [
    ...unlikeScores(config, largest.gemma2),
    ...unlikeLayers(fullLayers(config, 2), periodic(2), UNLIKE),
    ...["attn_logit_softcapping", "final_logit_softcapping", "sliding_window"]
      .filter((key) => config.optional(key) === undefined)
      .map((key) => `no ${key}`),
  ],
});

function gemma3Keys(config: ModelConfig): Keys {
  const window = config.optional("sliding_window");
  const cap = config.optional("final_logit_softcapping");
  const local = config.rope("sliding_attention").base;
  const nested = config.record("rope_parameters")["sliding_attention"] !== undefined;
  return {
    "rope.freq_base_swa": f32(nested ? local : config.number("rope_local_base_freq")),
    ...(window !== undefined && {
      "attention.sliding_window": u32(window),
      "attention.sliding_window_pattern": u32(periodOf(config)),
    }),
    ...(cap !== undefined && { final_logit_softcapping: f32(cap) }),
  };
}

export const writtenGemma3 = writtenDecoder("gemma3", {
  keys: gemma3Keys,
  refuses: (config) => {
    const period = periodOf(config);
    return [
      ...unlikeScores(config, largest.gemma3),
      ...unlikeLayers(fullLayers(config, period), periodic(period), UNLIKE),
    ];
  },
});
