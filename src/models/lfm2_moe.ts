// LFM2 with experts: LFM2's blocks, the first with a feed-forward part, the others with experts that each score alone.
import { z } from "zod";
import { readsOnly, type Recipe, rename } from "../weights/index.ts";
import {
  causalModel,
  defineArchitecture,
  expertRecipe,
  GatedExperts,
  type Norm,
  SparseMlp,
} from "./kit/index.ts";
import { lfm2Block, lfm2Keys, lfm2Mixer, lfm2Mlp, lfm2Names, settled } from "./lfm2.ts";

const size = z.int().positive();

const Lfm2MoeConfig = lfm2Keys
  .extend({
    model_type: z.literal("lfm2_moe"),
    moe_intermediate_size: size.default(1792),
    num_dense_layers: z.int().nonnegative().default(2),
    num_experts: size.default(32),
    num_experts_per_tok: size.default(4),
    use_expert_bias: z.boolean().default(true),
    norm_topk_prob: z.boolean().default(true),
    routed_scaling_factor: z.number().positive().default(1),
  })
  .transform(settled);
type Lfm2MoeConfig = z.infer<typeof Lfm2MoeConfig>;

function mlp(config: Lfm2MoeConfig, layer: number): Norm {
  const { hidden_size: hiddenSize, num_experts: count, moe_intermediate_size: innerSize } = config;
  if (layer < config.num_dense_layers) return lfm2Mlp(config, config.intermediate_size);
  return new SparseMlp({
    hiddenSize,
    count,
    experts: new GatedExperts({ count, hiddenSize, innerSize }),
    routing: {
      chosen: config.num_experts_per_tok,
      scores: "sigmoid",
      normalized: config.norm_topk_prob ? { added: 1e-6 } : undefined,
      scale: config.routed_scaling_factor,
    },
    selectionBias: config.use_expert_bias,
  });
}

const part = "{path*}.feed_forward";

/** As mlx-lm has it too. */
const biasOfChoice = rename(`${part}.expert_bias`, `${part}.e_score_correction_bias`);

function recipe(): Recipe {
  const words = { gate_proj: "w1", up_proj: "w3", down_proj: "w2" };
  return [
    // mlx-lm's words for layers without experts
    ...Object.entries(words).map(([theirs, name]) =>
      readsOnly(rename(`${part}.${theirs}.{kind}`, `${part}.${name}.{kind}`)),
    ),
    biasOfChoice,
    ...expertRecipe({ part: "feed_forward", layers: ["w1", "w3", "w2"] }),
  ];
}

export const lfm2_moe = defineArchitecture({
  config: Lfm2MoeConfig,
  build: (config) =>
    causalModel(
      config,
      (layer) => lfm2Block(config, lfm2Mixer(config, layer), mlp(config, layer)),
      { names: lfm2Names },
    ),
  recipe,
  packedRecipe: () => [biasOfChoice],
});
