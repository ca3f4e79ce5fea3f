// gpt-oss: sinks in every head, a window in every second layer, experts with biases and a gate that is cut off. Experts
// come packed (MXFP4) or not, gate and up in alternating rows.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import {
  computed,
  convert,
  divided,
  folded,
  readsOnly,
  type Recipe,
  rename,
  type Step,
  transposed,
  unfolded,
} from "../weights/index.ts";
import {
  balanceKeys,
  balanceOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  fullEvery,
  GatedExperts,
  layerTypes,
  only,
  SparseMlp,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const size = z.int().positive();

const usualRope = {
  rope_type: "yarn",
  factor: 32,
  beta_fast: 32,
  beta_slow: 1,
  truncate: false,
  original_max_position_embeddings: 4096,
};

const GptOssConfig = baseConfig
  .extend({
    ...balanceKeys,
    model_type: z.literal("gpt_oss"),
    head_dim: size.default(64),
    num_key_value_heads: size.nullable().default(8),
    max_position_embeddings: size.default(131_072),
    rms_norm_eps: z.number().positive().default(1e-5),
    attention_bias: z.boolean().default(true),
    rope_theta: z.number().positive().default(150_000),
    sliding_window: size.nullable().default(128),
    layer_types: layerTypes,
    num_local_experts: size.default(128),
    num_experts_per_tok: size.default(4),
    swiglu_alpha: z.number().positive().default(1.702),
    swiglu_limit: z.number().positive().default(7),
  })
  .transform((config) => ({
    ...config,
    rope_parameters: config.rope_parameters ?? config.rope_scaling ?? usualRope,
  }));
type GptOssConfig = z.infer<typeof GptOssConfig>;

/** gate·σ(alpha·gate)·(up + 1), both within limits. */
function gatingOf({ swiglu_alpha: alpha, swiglu_limit: limit }: GptOssConfig) {
  return (gate: Tensor, up: Tensor): Tensor => {
    const open = gate.minimum(limit);
    return open.mul(open.mul(alpha).sigmoid()).mul(up.clip(-limit, limit).add(1));
  };
}

function sparseMlp(config: GptOssConfig): SparseMlp {
  const { hidden_size: hiddenSize, intermediate_size: innerSize } = config;
  const count = config.num_local_experts;
  const gating = gatingOf(config);
  return new SparseMlp({
    hiddenSize,
    count,
    experts: new GatedExperts({ count, hiddenSize, innerSize, bias: true, gating }),
    routing: { chosen: config.num_experts_per_tok, scores: "softmax of chosen" },
    routerBias: true,
    names: { router: "router", experts: "experts" },
  });
}

const stored = "{path*}.mlp.experts";

/** Rows that alternate, of all experts (experts, rows, …), become two tensors. */
const alternating = (axes: number): Step[] => {
  const rest = Array.from({ length: axes - 2 }, (_, at) => at + 3);
  return [unfolded(1, [-1, 2]), transposed(0, 2, 1, ...rest), divided(1, 2), folded(1, [1, -1])];
};

const both = (kind: string): string[] =>
  ["gate", "up"].map((name) => `${stored}.${name}_proj.${kind}`);

/** Bytes of two numbers each, (…, groups, 16), as the words that MLX packs rows in. */
const words: Step = computed(
  {
    shapes: ([shape = []]) => [
      [...shape.slice(0, -2), ((shape.at(-2) ?? 0) * (shape.at(-1) ?? 0)) / 4],
    ],
    tensors: ([bytes]) => [
      (bytes as Tensor).view("uint32").reshape(...(bytes as Tensor).shape.slice(0, -2), -1),
    ],
  },
  {
    shapes: ([shape = []]) => [[...shape.slice(0, -1), (shape.at(-1) ?? 0) / 4, 16]],
    tensors: ([packed]) => [
      (packed as Tensor).view("uint8").reshape(...(packed as Tensor).shape.slice(0, -1), -1, 16),
    ],
  },
);

const recipe: Recipe = [
  convert(`${stored}.gate_up_proj`, both("weight"), transposed(), ...alternating(3)),
  convert(`${stored}.gate_up_proj_bias`, both("bias"), ...alternating(2)),
  convert(`${stored}.down_proj`, `${stored}.down_proj.weight`, transposed()),
  rename(`${stored}.down_proj_bias`, `${stored}.down_proj.bias`),
  readsOnly(convert(`${stored}.gate_up_proj_blocks`, both("weight"), words, ...alternating(3))),
  readsOnly(convert(`${stored}.gate_up_proj_scales`, both("scales"), ...alternating(3))),
  readsOnly(convert(`${stored}.down_proj_blocks`, `${stored}.down_proj.weight`, words)),
  readsOnly(rename(`${stored}.down_proj_scales`, `${stored}.down_proj.scales`)),
];

export const gpt_oss = defineArchitecture({
  config: GptOssConfig,
  requires: [only("hidden_act", ["silu"], "experts have a gate of their own")],
  build: (config) => {
    const block = (layer: number) =>
      usualBlock(config, {
        attention: { hasSinks: true, window: windowAt(config, layer, fullEvery(2)) },
        mlp: sparseMlp(config),
      });
    return causalModel(config, block, {
      balance: balanceOf(config, config.num_experts_per_tok),
    });
  },
  recipe: () => recipe,
});
