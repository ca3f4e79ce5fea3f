// Ministral 3 in GGUF: Llama's, with YaRN and queries that grow with their position.
import { f32 } from "../entries.ts";
import type { GgufModelFile } from "./architecture.ts";
import { decoder } from "./decoder.ts";
import type { ModelConfig } from "./model-config.ts";
import { ropeScalingOf } from "./rope.ts";
import { windowUnheeded } from "./writing.ts";
import { writtenDecoder } from "./written-decoder.ts";

export const mistral3 = decoder({
  modelType: "ministral3",
  className: "Ministral3ForCausalLM",
  turned: true,
  config: (file) => ({ rope_parameters: ropeIn(file) }),
});

/** The stretching is the decoder's; here with the growth of queries, which belongs to it in config.json. */
function ropeIn(file: GgufModelFile): Record<string, unknown> {
  const base = file.real("rope.freq_base") ?? 10_000;
  const scaling = ropeScalingOf(file, { dims: file.size("rope.dimension_count"), base });
  return {
    rope_theta: base,
    ...(scaling ?? { rope_type: "default" }),
    llama_4_scaling_beta: file.real("attention.temperature_scale") ?? 0,
  };
}

const usualRope = {
  ...{ rope_type: "yarn", rope_theta: 1_000_000, factor: 16, beta_fast: 32, beta_slow: 1 },
  ...{ original_max_position_embeddings: 16_384, mscale: 1, mscale_all_dim: 1 },
  llama_4_scaling_beta: 0.1,
};

const settled = writtenDecoder("mistral3", {
  keys: (config) => {
    const beta = config.rope().settings["llama_4_scaling_beta"];
    return typeof beta === "number" && beta !== 0
      ? { "attention.temperature_scale": f32(beta) }
      : {};
  },
  unheeded: windowUnheeded,
});

/** Where config.json has no `rope_parameters`, its class has these. */
function withRope(config: ModelConfig): ModelConfig {
  const { type } = config.rope();
  return type === "default" && Object.keys(config.record("rope_parameters")).length === 0
    ? config.with({ rope_parameters: usualRope })
    : config;
}

export const writtenMinistral3 = {
  ...settled,
  keys: (config: ModelConfig) => settled.keys(withRope(config)),
};
