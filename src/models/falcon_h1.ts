// Falcon-H1: in each block Mamba-2 and attention side by side, then a gated feed-forward part; factors nearly everywhere.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import type { RMSNorm } from "../nn/index.ts";
import { convert, elementwise, type Recipe } from "../weights/index.ts";
import {
  activationOf,
  Attention,
  attentionShape,
  baseConfig,
  Block,
  type BlockContext,
  type CacheOptions,
  causalModel,
  type Converted,
  defineArchitecture,
  GatedMlp,
  hiddenNorm,
  hybridKeys,
  hybridShape,
  JointCache,
  knownActivation,
  type LayerCache,
  Mamba2Mixer,
  type Mamba2Shape,
  projectionFactors,
  type Stages,
  usualNames,
} from "./kit/index.ts";

const size = z.int().positive();
const factor = z.number().default(1);

const FalconH1Config = baseConfig.extend({
  model_type: z.literal("falcon_h1"),
  rms_norm_eps: z.number().positive().default(1e-5),
  ...hybridKeys,
  mamba_d_ssm: size.nullable().default(1024),
  mamba_rms_norm: z.boolean().default(false),
  mamba_norm_before_gate: z.boolean().default(true),
  projectors_bias: z.boolean().default(false),
  embedding_multiplier: factor,
  lm_head_multiplier: factor,
  key_multiplier: factor,
  attention_in_multiplier: factor,
  attention_out_multiplier: factor,
  ssm_in_multiplier: factor,
  ssm_out_multiplier: factor,
  mlp_multipliers: z.tuple([z.number(), z.number()]).nullish(),
  ssm_multipliers: z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()]).nullish(),
});
type FalconH1Config = z.infer<typeof FalconH1Config>;

function mixerShape(config: FalconH1Config): Mamba2Shape {
  const usual = hybridShape(config);
  const { rms_norm_eps: eps, mamba_norm_before_gate: isBeforeGate } = config;
  const [gate, x, writes, reads, steps] = config.ssm_multipliers ?? [1, 1, 1, 1, 1];
  return {
    ...usual,
    headSize: (config.mamba_d_ssm ?? usual.heads * usual.headSize) / usual.heads,
    bias: { ...usual.bias, output: config.projectors_bias },
    norm: config.mamba_rms_norm ? { eps, isBeforeGate } : undefined,
    factors: { input: config.ssm_in_multiplier, gate, x, writes, reads, steps },
  };
}

function attention(config: FalconH1Config): Attention {
  const shape = attentionShape(config);
  // on keys before they are turned, which is on the scores
  const scale = config.key_multiplier * shape.headSize ** -0.5;
  return new Attention({ ...shape, scale });
}

function mlp(config: FalconH1Config): GatedMlp {
  const { hidden_size, intermediate_size, mlp_bias: bias } = config;
  const usual = activationOf(config.hidden_act);
  const [gate] = config.mlp_multipliers ?? [1];
  const activation = gate === 1 ? usual : (x: Tensor): Tensor => usual(x.mul(gate));
  return new GatedMlp(hidden_size, intermediate_size, { bias, activation });
}

class FalconH1Block extends Block {
  mamba: Mamba2Mixer;
  self_attn: Attention;
  feed_forward: GatedMlp;
  input_layernorm: RMSNorm;
  pre_ff_layernorm: RMSNorm;
  readonly #factors: { state: number; read: number; attention: number; fed: number };

  constructor(config: FalconH1Config) {
    super();
    this.mamba = new Mamba2Mixer(mixerShape(config));
    this.self_attn = attention(config);
    this.feed_forward = mlp(config);
    this.input_layernorm = hiddenNorm(config);
    this.pre_ff_layernorm = hiddenNorm(config);
    this.#factors = {
      state: config.ssm_out_multiplier,
      read: config.attention_in_multiplier,
      attention: config.attention_out_multiplier,
      fed: config.mlp_multipliers?.[1] ?? 1,
    };
  }

  makeCache(options: CacheOptions): LayerCache {
    return new JointCache({
      self_attn: this.self_attn.makeCache(options),
      mamba: this.mamba.makeCache(options),
    });
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const { state, read, attention: seen, fed } = this.#factors;
    const [ofState, ofAttention] = [context.part("mamba"), context.part("self_attn")];
    const normed = this.input_layernorm.forward(x);
    const recurred = this.mamba.forward(normed, ofState).mul(state);
    const attended = this.self_attn.forward(normed.mul(read), ofAttention).mul(seen);
    const h = x.add(recurred.add(attended));
    return h.add(this.feed_forward.forward(this.pre_ff_layernorm.forward(h)).mul(fed));
  }
}

/** Layers of a block, and on each what mlx-lm multiplies into its weights where the model multiplies what it reads. */
function foldedInto(config: FalconH1Config): Record<string, () => number | Tensor> {
  const [gate, down] = config.mlp_multipliers ?? [1, 1];
  return {
    "self_attn.q_proj": () => config.attention_in_multiplier,
    "self_attn.k_proj": () => config.attention_in_multiplier,
    "self_attn.o_proj": () => config.attention_out_multiplier,
    "feed_forward.gate_proj": () => gate,
    "feed_forward.down_proj": () => down,
    "mamba.out_proj": () => config.ssm_out_multiplier,
    "mamba.in_proj": () => {
      const parts = projectionFactors(mixerShape(config)) as Tensor;
      return parts.mul(config.ssm_in_multiplier).expandDims(1);
    },
  };
}

/** Without that factor, which of a packed layer is on its scales and biases. */
function published(config: FalconH1Config, { found, isTurned }: Converted): Stages {
  if (!isTurned) return [];
  const blocks = Array.from({ length: config.num_hidden_layers }, (_, at) => `model.layers.${at}`);
  const without = (path: string, factor: () => number | Tensor): Recipe => {
    const step = elementwise(
      (weight) => weight.div(factor()).astype(weight.dtype),
      (weight) => weight.mul(factor()).astype(weight.dtype),
    );
    const parts = found.has(`${path}.scales`) ? ["scales", "biases"] : ["weight"];
    return parts.map((part) => convert(`${path}.${part}`, `${path}.${part}`, step));
  };
  return [
    [
      ...without("model.embed_tokens", () => config.embedding_multiplier),
      ...without("lm_head", () => config.lm_head_multiplier),
      ...blocks.flatMap((block) =>
        Object.entries(foldedInto(config)).flatMap(([layer, factor]) =>
          without(`${block}.${layer}`, factor),
        ),
      ),
    ],
  ];
}

export const falcon_h1 = defineArchitecture({
  config: FalconH1Config,
  requires: [knownActivation()],
  build: (config) =>
    causalModel(config, () => new FalconH1Block(config), {
      names: { ...usualNames, norm: "final_layernorm" },
      embeddingScale: config.embedding_multiplier,
      head: { scale: config.lm_head_multiplier },
    }),
  published,
});
