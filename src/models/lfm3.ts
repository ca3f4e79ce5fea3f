// LFM3: LFM2's blocks with longer convolutions, windows in some layers of attention, others that see all and turn half of
// each head, a gate for each head, and norms behind both halves.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { Linear } from "../nn/index.ts";
import { type Recipe, rename } from "../weights/index.ts";
import {
  Attention,
  type AttentionShape,
  attentionShape,
  type BlockParts,
  causalModel,
  CONVOLUTION,
  defineArchitecture,
  FULL,
  type GatedProjections,
  headNorms,
  hiddenNorm,
  ResidualBlock,
  ropeFrom,
  SLIDING,
} from "./kit/index.ts";
import { lfm2Convolution, lfm2Keys, lfm2Mlp, lfm2Names, settled } from "./lfm2.ts";

const size = z.int().positive();

/** What its class turns heads with where the config does not tell. */
const usualRope = {
  [SLIDING]: { rope_type: "default", rope_theta: 10_000 },
  [FULL]: { rope_type: "proportional", rope_theta: 1_000_000, partial_rotary_factor: 0.5 },
};

const Lfm3Config = lfm2Keys
  .extend({
    model_type: z.literal("lfm3"),
    head_dim: size.default(128),
    conv_L_cache: size.default(7),
    sliding_window: size.nullable().default(256),
    use_sandwich_norm: z.boolean().default(true),
    use_attention_gate: z.boolean().default(true),
  })
  .transform((config) =>
    settled({ ...config, rope_parameters: config.rope_parameters ?? usualRope }),
  );
type Lfm3Config = z.infer<typeof Lfm3Config>;

/** Its own, or in fours: attention with a window (not the first layer), a convolution, attention that sees all, another. */
function layerType({ layer_types }: Lfm3Config, layer: number) {
  const usual = layer % 4 === 2 ? FULL : layer % 4 === 0 && layer > 0 ? SLIDING : CONVOLUTION;
  return layer_types?.[layer] ?? usual;
}

/** What each head mixes passes a gate of its own. */
class HeadGatedAttention extends Attention {
  g_proj: Linear;
  readonly #headSize: number;

  constructor(shape: AttentionShape) {
    super(shape);
    this.g_proj = new Linear(shape.hiddenSize, shape.heads, { bias: false });
    this.#headSize = shape.headSize;
  }

  protected override project(x: Tensor): GatedProjections {
    return { ...super.project(x), gate: this.g_proj.forward(x).repeat(this.#headSize, 2) };
  }
}

function mixer(config: Lfm3Config, layer: number): BlockParts["attention"] {
  const type = layerType(config, layer);
  if (type === CONVOLUTION) return lfm2Convolution(config);
  const shape = {
    ...attentionShape(config),
    norms: headNorms(config),
    rotary: ropeFrom(config, config.head_dim, { layerType: type }),
    window: type === SLIDING ? (config.sliding_window ?? undefined) : undefined,
  };
  const Kind = config.use_attention_gate ? HeadGatedAttention : Attention;
  return ["self_attn", new Kind(shape)];
}

function block(config: Lfm3Config, layer: number): ResidualBlock {
  const norm = () => hiddenNorm(config);
  return new ResidualBlock({
    attention: mixer(config, layer),
    mlp: ["feed_forward", lfm2Mlp(config, config.intermediate_size)],
    norms: {
      beforeAttention: ["operator_norm", norm()],
      beforeMlp: ["ffn_norm", norm()],
      ...(config.use_sandwich_norm && {
        afterAttention: ["post_operator_norm", norm()],
        afterMlp: ["post_ffn_norm", norm()],
      }),
    },
  });
}

/** Checkpoints call each head's gate as others call the feed-forward part's. */
const recipe: Recipe = [
  rename("{path*}.self_attn.gate_proj.{kind}", "{path*}.self_attn.g_proj.{kind}"),
];

export const lfm3 = defineArchitecture({
  config: Lfm3Config,
  build: (config) => causalModel(config, (layer) => block(config, layer), { names: lfm2Names }),
  recipe: () => recipe,
});
