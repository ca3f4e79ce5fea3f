// Phi-3.5-MoE: Llama's blocks with LayerNorms and two experts of SparseMixer. Its router draws at random while
// transformers trains; here it chooses as in inference, so that a run can be repeated.
import { z } from "zod";
import { LayerNorm } from "../nn/index.ts";
import { readsOnly, rename } from "../weights/index.ts";
import {
  balanceKeys,
  balanceOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  expertRecipe,
  gatedExperts,
  headSizeOf,
  knownActivation,
  only,
  ropeFrom,
  type RotaryEmbedding,
  SparseMlp,
  usualBlock,
} from "./kit/index.ts";

const PhimoeConfig = baseConfig.extend({
  ...balanceKeys,
  model_type: z.literal("phimoe"),
  num_key_value_heads: z.int().positive().nullable().default(8),
  max_position_embeddings: z.int().positive().default(131_072),
  rms_norm_eps: z.number().positive().default(1e-5),
  rope_theta: z.number().positive().nullish(),
  sliding_window: z.int().positive().nullish(),
  num_local_experts: z.int().positive().default(16),
  num_experts_per_tok: z.literal(2).default(2),
  router_jitter_noise: z.number().nonnegative().default(0.01),
  lm_head_bias: z.boolean().default(false),
});
type PhimoeConfig = z.infer<typeof PhimoeConfig>;

/** As transformers has it: short factors however long the text is. Magnitudes do follow the length. */
function rotary(config: PhimoeConfig): RotaryEmbedding {
  const key = config.rope_parameters ? "rope_parameters" : "rope_scaling";
  const settings = config[key];
  const short = settings?.short_factor;
  const told = short ? { [key]: { ...settings, long_factor: short } } : {};
  return ropeFrom({ rope_theta: 1e6, ...config, ...told }, headSizeOf(config));
}

function sparseMlp(config: PhimoeConfig): SparseMlp {
  const { num_local_experts: count, intermediate_size: innerSize } = config;
  const { num_experts_per_tok: chosen, router_jitter_noise: jitter } = config;
  return new SparseMlp({
    hiddenSize: config.hidden_size,
    count,
    experts: gatedExperts(config, { count, innerSize }),
    routing: { chosen, scores: { mixer: { jitter } } },
  });
}

const stored = { part: "block_sparse_moe", orParts: ["mlp"], layers: ["w1", "w3", "w2"] } as const;

export const phimoe = defineArchitecture({
  config: PhimoeConfig,
  requires: [
    knownActivation(),
    only("mlp_bias", [false], "this architecture has no biases there"),
    only("partial_rotary_factor", [1], "this architecture rotates whole heads"),
  ],
  build: (config) => {
    const norm = (): LayerNorm => new LayerNorm(config.hidden_size, config.rms_norm_eps);
    const block = () =>
      usualBlock(config, {
        attention: { rotary: rotary(config), window: config.sliding_window ?? undefined },
        mlp: sparseMlp(config),
        mlpName: "block_sparse_moe",
        norm,
      });
    return causalModel(config, block, {
      norm: norm(),
      head: { bias: config.lm_head_bias },
      balance: balanceOf(config, config.num_experts_per_tok),
    });
  },
  recipe: () => [
    readsOnly(rename("{path*}.mlp.router.{kind}", "{path*}.block_sparse_moe.gate.{kind}")),
    ...expertRecipe(stored),
  ],
});
