// MiniCPM3: latent attention, and factors on embeddings, what halves add, and logits.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  gatedMlp,
  knownActivation,
  latentAttention,
  latentBlock,
  type ResidualBlock,
} from "./kit/index.ts";

const size = z.int().positive();

const MiniCpm3Config = baseConfig.extend({
  model_type: z.literal("minicpm3"),
  rms_norm_eps: z.number().positive().default(1e-5),
  tie_word_embeddings: z.boolean().default(true),
  kv_lora_rank: size.default(256),
  q_lora_rank: size.nullable().default(768),
  qk_nope_head_dim: size.default(64),
  qk_rope_head_dim: size.default(32),
  v_head_dim: size.nullish(),
  scale_emb: z.number().positive().default(12),
  scale_depth: z.number().positive().nullable().default(1.4),
  dim_model_base: size.nullable().default(256),
});
type MiniCpm3Config = z.infer<typeof MiniCpm3Config>;

function block(config: MiniCpm3Config): ResidualBlock {
  const { scale_depth, num_hidden_layers, hidden_size, num_attention_heads } = config;
  const valueSize = config.v_head_dim ?? Math.floor(hidden_size / num_attention_heads);
  const attention = latentAttention(
    { ...config, v_head_dim: valueSize },
    { isInterleaved: false, isStretched: false },
  );
  const residualScale = scale_depth === null ? 1 : scale_depth / Math.sqrt(num_hidden_layers);
  return latentBlock(config, attention, gatedMlp(config), { residualScale });
}

export const minicpm3 = defineArchitecture({
  config: MiniCpm3Config,
  requires: [knownActivation()],
  build: (config) =>
    causalModel(config, () => block(config), {
      embeddingScale: config.scale_emb,
      head: { scale: (config.dim_model_base ?? config.hidden_size) / config.hidden_size },
    }),
});
