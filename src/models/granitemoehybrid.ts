// Granite 4: Granite's factors around Mamba-2, or attention in some layers in its place, with rotary positions or none;
// then a gated feed-forward part that every token goes to, beside experts where there are some.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { join, readsOnly, type Recipe, rename } from "../weights/index.ts";
import { graniteKeys } from "./granite.ts";
import { graniteExpertKeys, graniteExpertRecipe, graniteExperts } from "./granitemoe.ts";
import {
  activationOf,
  Attention,
  attentionShape,
  balanceOf,
  type BlockContext,
  type BlockOptions,
  type BlockParts,
  causalModel,
  defineArchitecture,
  FusedGatedMlp,
  hiddenNorm,
  hybridKeys,
  hybridShape,
  knownActivation,
  Mamba2Mixer,
  type Norm,
  ResidualBlock,
  type SparseMlp,
} from "./kit/index.ts";

/** Older words among them. */
const layerKinds = z.array(z.enum(["linear_attention", "mamba", "full_attention", "attention"]));

const GraniteHybridConfig = graniteKeys.extend({
  ...graniteExpertKeys,
  ...hybridKeys,
  model_type: z.literal("granitemoehybrid"),
  shared_intermediate_size: z.int().positive().default(1024),
  position_embedding_type: z.string().nullish(),
  layer_types: layerKinds.nullish(),
  layers_block_type: layerKinds.nullish(),
});
type GraniteHybridConfig = z.infer<typeof GraniteHybridConfig>;

function mixer(config: GraniteHybridConfig, layer: number): BlockParts["attention"] {
  const kind = (config.layer_types ?? config.layers_block_type)?.[layer];
  if (kind !== "full_attention" && kind !== "attention")
    return ["mamba", new Mamba2Mixer(hybridShape(config))];
  const { rotary, ...shape } = attentionShape(config);
  const turns = config.position_embedding_type === "rope";
  const scale = config.attention_multiplier;
  return ["self_attn", new Attention({ ...shape, scale, rotary: turns ? rotary : undefined })];
}

const sharedNames = { open: "input_linear", down: "output_linear" };

/** Where there are no experts, mlx-lm writes the part that every token goes to in Llama's words. */
const sharedRecipe: Recipe = [
  readsOnly(
    join(
      ["{path*}.mlp.gate_proj.{kind}", "{path*}.mlp.up_proj.{kind}"],
      "{path*}.shared_mlp.input_linear.{kind}",
    ),
  ),
  readsOnly(rename("{path*}.mlp.down_proj.{kind}", "{path*}.shared_mlp.output_linear.{kind}")),
];

function sharedMlp(config: GraniteHybridConfig): FusedGatedMlp {
  const { hidden_size, shared_intermediate_size, hidden_act } = config;
  const options = { bias: false, activation: activationOf(hidden_act) };
  return new FusedGatedMlp(hidden_size, shared_intermediate_size, options, sharedNames);
}

/** Experts beside the part that every token goes to. */
class SparseHybridBlock extends ResidualBlock {
  declare block_sparse_moe: SparseMlp;
  declare post_attention_layernorm: Norm;
  shared_mlp: FusedGatedMlp;

  constructor(parts: BlockParts, options: BlockOptions, shared: FusedGatedMlp) {
    super(parts, options);
    this.shared_mlp = shared;
  }

  protected override fed(h: Tensor, context: BlockContext): Tensor {
    const read = this.post_attention_layernorm.forward(h);
    return this.block_sparse_moe.forward(read, context).add(this.shared_mlp.forward(read));
  }
}

function block(config: GraniteHybridConfig, layer: number): ResidualBlock {
  const options = { residualScale: config.residual_multiplier };
  const shared = sharedMlp(config);
  const parts = {
    attention: mixer(config, layer),
    norms: {
      beforeAttention: ["input_layernorm", hiddenNorm(config)],
      beforeMlp: ["post_attention_layernorm", hiddenNorm(config)],
    },
  } as const;
  if (config.num_local_experts === 0)
    return new ResidualBlock({ ...parts, mlp: ["shared_mlp", shared] }, options);
  const mlp = ["block_sparse_moe", graniteExperts(config)] as const;
  return new SparseHybridBlock({ ...parts, mlp }, options, shared);
}

export const granitemoehybrid = defineArchitecture({
  config: GraniteHybridConfig,
  requires: [knownActivation()],
  build: (config) =>
    causalModel(config, (layer) => block(config, layer), {
      embeddingScale: config.embedding_multiplier,
      head: { scale: 1 / config.logits_scaling },
      ...(config.num_local_experts > 0 && {
        balance: balanceOf(config, config.num_experts_per_tok),
      }),
    }),
  recipe: () => [...graniteExpertRecipe(), ...sharedRecipe],
});
