// Llama 4: layers that turn positions see a chunk of them, the others see all and tell none; experts that read what they
// are given times its share, in some layers or all.
import { z } from "zod";
import type { Dtype, Tensor } from "../mx/index.ts";
import { PlainRMSNorm } from "../nn/index.ts";
import { convert, divided, type Recipe, rename, transpose, transposed } from "../weights/index.ts";
import {
  type AttentionShape,
  baseConfig,
  type BlockContext,
  type CausalLM,
  causalModel,
  type DecoderNames,
  defineArchitecture,
  FULL,
  gatedExperts,
  gatedMlp,
  headSizeOf,
  knownActivation,
  type Norm,
  only,
  ropeFrom,
  SparseMlp,
  usualBlock,
  usualNames,
} from "./kit/index.ts";

const size = z.int().positive();

/** With the defaults of its class, on which files with pictures rely. */
export const Llama4TextConfig = baseConfig.extend({
  model_type: z.literal("llama4_text").default("llama4_text"),
  vocab_size: size.default(202_048),
  hidden_size: size.default(5120),
  /** Of each expert, and of the one that every token goes to. */
  intermediate_size: size.default(8192),
  /** Of layers without experts. */
  intermediate_size_mlp: size.default(16_384),
  num_hidden_layers: size.default(48),
  num_attention_heads: size.default(40),
  num_key_value_heads: size.nullable().default(8),
  head_dim: size.nullable().default(128),
  max_position_embeddings: size.default(131_072),
  rms_norm_eps: z.number().positive().default(1e-5),
  rope_theta: z.number().positive().default(500_000),
  num_local_experts: size.default(16),
  num_experts_per_tok: size.default(1),
  moe_layers: z.array(z.int()).nullish(),
  interleave_moe_layer_step: size.default(1),
  use_qk_norm: z.boolean().default(true),
  /** 1 for each layer that turns positions. */
  no_rope_layers: z.array(z.int()).nullish(),
  no_rope_layer_interval: size.default(4),
  attention_chunk_size: size.nullable().default(8192),
  layer_types: z.array(z.enum([FULL, "chunked_attention"])).nullish(),
  attn_temperature_tuning: z.boolean().default(true),
  floor_scale: size.default(8192),
  attn_scale: z.number().default(0.1),
});
type Llama4TextConfig = z.infer<typeof Llama4TextConfig>;

/** 1 + scale·log(1 + ⌊(position + 1) / floor⌋), as (1 or batch, 1, length, 1): scores grow sharper in long texts. */
function temperature({ floor_scale, attn_scale }: Llama4TextConfig) {
  return (context: BlockContext, dtype: Dtype): Tensor => {
    const lengths = context.positions().add(1).floorDivide(floor_scale).astype("float32");
    const factors = lengths.log1p().mul(attn_scale).add(1).astype(dtype).expandDims(-1);
    return factors.ndim === 2 ? factors : factors.expandDims(1);
  };
}

function turnsPositions(config: Llama4TextConfig, layer: number): boolean {
  const { no_rope_layers: told, no_rope_layer_interval: interval } = config;
  const isTold = told !== undefined && told !== null && told.length > 0;
  return isTold ? told[layer] !== 0 : (layer + 1) % interval !== 0;
}

function attention(config: Llama4TextConfig, layer: number): Partial<AttentionShape> {
  const turns = turnsPositions(config, layer);
  const usual = turns ? "chunked_attention" : FULL;
  const isChunked = (config.layer_types?.[layer] ?? usual) !== FULL;
  const chunk = isChunked ? (config.attention_chunk_size ?? undefined) : undefined;
  if (!turns) {
    const isTempered = config.attn_temperature_tuning;
    return { chunk, rotary: undefined, queryFactor: isTempered ? temperature(config) : undefined };
  }
  const norm = (): Norm => new PlainRMSNorm(config.rms_norm_eps);
  const norms = { queries: norm(), keys: norm(), over: "turned heads" } as const;
  const rotary = ropeFrom(config, headSizeOf(config), { isInterleaved: true });
  return { chunk, rotary, norms: config.use_qk_norm ? norms : undefined };
}

function feedForward(config: Llama4TextConfig, layer: number): Norm {
  const { moe_layers, interleave_moe_layer_step: step, num_local_experts: count } = config;
  const isSparse = moe_layers ? moe_layers.includes(layer) : (layer + 1) % step === 0;
  if (!isSparse) return gatedMlp({ ...config, intermediate_size: config.intermediate_size_mlp });
  return new SparseMlp({
    hiddenSize: config.hidden_size,
    count,
    experts: gatedExperts(config, {
      count,
      innerSize: config.intermediate_size,
      weighsInputs: true,
    }),
    routing: { chosen: config.num_experts_per_tok, scores: "sigmoid" },
    shared: gatedMlp(config),
    names: { router: "router", experts: "experts", shared: "shared_expert" },
  });
}

/** The text model, also where it is part of another. */
export function buildLlama4Text(
  config: Llama4TextConfig,
  names: DecoderNames = usualNames,
): CausalLM {
  return causalModel(
    config,
    (layer) =>
      usualBlock(config, {
        attention: attention(config, layer),
        mlp: feedForward(config, layer),
        mlpName: "feed_forward",
      }),
    { names },
  );
}

/** All experts are in one tensor, (experts, in, out), gate and up fused. */
export function llama4Recipe(stored = "", own = ""): Recipe {
  const to = `${own}{path*}.feed_forward.experts`;
  const from = `${stored}{path*}.feed_forward.experts`;
  return [
    convert(
      `${from}.gate_up_proj`,
      [`${to}.gate_proj.weight`, `${to}.up_proj.weight`],
      transposed(),
      divided(1, 2),
    ),
    transpose(`${from}.down_proj`, `${to}.down_proj.weight`),
    ...(stored === own ? [] : [rename(`${stored}{path*}`, `${own}{path*}`)]),
  ];
}

export const llama4Requires = [
  knownActivation(),
  only("mlp_bias", [false], "this architecture has no biases there"),
];

export const llama4_text = defineArchitecture({
  config: Llama4TextConfig,
  requires: llama4Requires,
  build: (config) => buildLlama4Text(config),
  recipe: () => llama4Recipe(),
});
