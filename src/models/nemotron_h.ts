// Nemotron-H and Nemotron 3: blocks of one part each, Mamba-2, attention without positions, a feed-forward part without a
// gate, or experts that are such parts.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { Embedding, Linear, RMSNorm } from "../nn/index.ts";
import { drop, readsOnly, type Recipe, rename } from "../weights/index.ts";
import {
  activationOf,
  Attention,
  CausalLM,
  defineArchitecture,
  knownActivation,
  Mamba2Mixer,
  mambaNames,
  type Mixer,
  MixerBlock,
  Mlp,
  only,
  PlainExperts,
  SparseMlp,
  type SparseShape,
} from "./kit/index.ts";

const size = z.int().positive();

/** Kinds of blocks in the words of `layers_block_type`, older words and the letters of a pattern among them. */
const kinds = {
  linear_attention: "mamba",
  mamba: "mamba",
  M: "mamba",
  full_attention: "attention",
  attention: "attention",
  "*": "attention",
  mlp: "mlp",
  "-": "mlp",
  moe: "experts",
  E: "experts",
} as const;
type Kind = (typeof kinds)[keyof typeof kinds];

const kind = z.enum(Object.keys(kinds) as (keyof typeof kinds)[]);
const kindList = z.array(kind).nonempty();

const NemotronHConfig = z
  .looseObject({
    model_type: z.literal("nemotron_h"),
    vocab_size: size,
    hidden_size: size,
    intermediate_size: size.default(21_504),
    layers_block_type: kindList.nullish(),
    layer_types: kindList.nullish(),
    hybrid_override_pattern: z
      .string()
      .transform((text) => text.split(""))
      .pipe(kindList)
      .nullish(),
    num_attention_heads: size.default(32),
    num_key_value_heads: size.nullish().default(8),
    head_dim: size.default(128),
    mlp_bias: z.boolean().default(false),
    mlp_hidden_act: z.string().default("relu2"),
    use_bias: z.boolean().default(false),
    use_conv_bias: z.boolean().default(true),
    mamba_hidden_act: z.string().default("silu"),
    mamba_num_heads: size.default(128),
    mamba_head_dim: size.default(64),
    n_groups: size.default(8),
    ssm_state_size: size.default(128),
    conv_kernel: size.default(4),
    time_step_min: z.number().nonnegative().default(0.001),
    layer_norm_epsilon: z.number().positive().default(1e-5),
    max_position_embeddings: size.default(4096),
    n_routed_experts: size.default(8),
    num_experts_per_tok: size.default(2),
    moe_intermediate_size: size.default(7688),
    moe_shared_expert_intermediate_size: size.default(7688),
    /** Of the vector that experts read and give; absent: the hidden size. */
    moe_latent_size: size.nullish(),
    norm_topk_prob: z.boolean().default(true),
    routed_scaling_factor: z.number().positive().default(1),
    n_group: size.default(1),
    topk_group: size.default(1),
    tie_word_embeddings: z.boolean().default(false),
  })
  .refine((config) => kindsOf(config).length > 0, {
    path: ["layers_block_type"],
    error: "is not told, and neither is hybrid_override_pattern",
  });
type NemotronHConfig = z.infer<typeof NemotronHConfig>;

function kindsOf(
  config: Partial<
    Record<
      "layers_block_type" | "layer_types" | "hybrid_override_pattern",
      readonly (keyof typeof kinds)[] | null | undefined
    >
  >,
): Kind[] {
  const { layers_block_type, layer_types, hybrid_override_pattern } = config;
  const told = layers_block_type ?? layer_types ?? hybrid_override_pattern ?? [];
  return told.map((word) => kinds[word]);
}

const mlpNames = { up: "up_proj", down: "down_proj" };

function mlp(config: NemotronHConfig, innerSize: number): Mlp {
  const { hidden_size, mlp_bias: bias, mlp_hidden_act } = config;
  const activation = activationOf(mlp_hidden_act);
  return new Mlp(hidden_size, innerSize, { bias, activation, names: mlpNames });
}

/** Experts over a smaller vector: a layer in front of all of them, and one behind. */
class LatentSparseMlp extends SparseMlp {
  fc1_latent_proj: Linear;
  fc2_latent_proj: Linear;

  constructor(shape: SparseShape, size: number, bias: boolean) {
    super(shape);
    this.fc1_latent_proj = new Linear(shape.hiddenSize, size, { bias });
    this.fc2_latent_proj = new Linear(size, shape.hiddenSize, { bias });
  }

  protected override entered(rows: Tensor): Tensor {
    return this.fc1_latent_proj.forward(rows);
  }

  protected override left(mixed: Tensor): Tensor {
    return this.fc2_latent_proj.forward(mixed);
  }
}

function experts(config: NemotronHConfig): SparseMlp {
  const { moe_latent_size: latent } = config;
  const shape = sparseShape(config, latent ?? config.hidden_size);
  return latent == null
    ? new SparseMlp(shape)
    : new LatentSparseMlp(shape, latent, config.mlp_bias);
}

function sparseShape(config: NemotronHConfig, readSize: number): SparseShape {
  const { hidden_size: hiddenSize, n_routed_experts: count, n_group } = config;
  const innerSize = config.moe_intermediate_size;
  const activation = activationOf(config.mlp_hidden_act);
  return {
    hiddenSize,
    count,
    experts: new PlainExperts({ count, hiddenSize: readSize, innerSize, activation }),
    routing: {
      chosen: config.num_experts_per_tok,
      scores: "sigmoid",
      normalized: config.norm_topk_prob ? { added: 1e-20 } : undefined,
      scale: config.routed_scaling_factor,
      groups: n_group > 1 ? { count: n_group, kept: config.topk_group, best: 2 } : undefined,
      isPrecise: true,
    },
    selectionBias: true,
    shared: mlp(config, config.moe_shared_expert_intermediate_size),
  };
}

function attention(config: NemotronHConfig): Attention {
  const { num_attention_heads: heads } = config;
  return new Attention({
    hiddenSize: config.hidden_size,
    heads,
    keyHeads: config.num_key_value_heads ?? heads,
    headSize: config.head_dim,
    // none, as in transformers, whatever `attention_bias` says
    bias: { inputs: false, output: false },
  });
}

function mamba(config: NemotronHConfig): Mamba2Mixer {
  const { use_bias } = config;
  return new Mamba2Mixer({
    hiddenSize: config.hidden_size,
    heads: config.mamba_num_heads,
    headSize: config.mamba_head_dim,
    groups: config.n_groups,
    stateSize: config.ssm_state_size,
    width: config.conv_kernel,
    activation: activationOf(config.mamba_hidden_act),
    bias: { input: use_bias, convolution: config.use_conv_bias, output: use_bias },
    // as transformers computes: `time_step_limit` is not looked at
    stepLimits: [config.time_step_min, Number.POSITIVE_INFINITY],
    norm: { eps: config.layer_norm_epsilon },
  });
}

const mixers: Readonly<Record<Kind, (config: NemotronHConfig) => Mixer>> = {
  mamba,
  attention,
  mlp: (config) => mlp(config, config.intermediate_size),
  experts,
};

const normOf = ({ hidden_size, layer_norm_epsilon }: NemotronHConfig): RMSNorm =>
  new RMSNorm(hidden_size, layer_norm_epsilon);

function build(config: NemotronHConfig): CausalLM {
  const parts = {
    embedding: new Embedding(config.vocab_size, config.hidden_size),
    blocks: kindsOf(config).map((kind) => new MixerBlock(normOf(config), mixers[kind](config))),
    norm: normOf(config),
  };
  const trainedLength = config.max_position_embeddings;
  return new CausalLM(parts, { names: mambaNames, isTied: false, trainedLength });
}

/** As mlx-lm has it too. */
const biasOfChoice = rename(
  "{path*}.gate.e_score_correction_bias",
  "{path*}.e_score_correction_bias",
);

/** Experts stacked, the number that moves a choice beside its router; layers that foresee more tokens are left. */
const recipe: Recipe = [
  drop("mtp.{path*}"),
  readsOnly(rename("model.{path*}", "backbone.{path*}")),
  biasOfChoice,
  rename("{path*}.experts.{expert#}.up_proj.{kind}", "{path*}.switch_mlp.fc1.{kind}"),
  rename("{path*}.experts.{expert#}.down_proj.{kind}", "{path*}.switch_mlp.fc2.{kind}"),
];

export const nemotron_h = defineArchitecture({
  config: NemotronHConfig,
  requires: [
    knownActivation("mlp_hidden_act"),
    knownActivation("mamba_hidden_act"),
    only("tie_word_embeddings", [false], "a tied head is not built"),
    only("sliding_window", [], "a window is not built"),
  ],
  build,
  recipe: () => recipe,
  packedRecipe: () => [biasOfChoice],
});
