// Gemma 4: Gemma 3's blocks with a head size, key heads and a rotation of their own in layers that see all, keys that the
// last layers read of those below, and an input of each layer's own.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { type Module, parameter, PlainRMSNorm, RMSNorm } from "../nn/index.ts";
import { type Recipe, rename, split } from "../weights/index.ts";
import {
  activationOf,
  Attention,
  baseConfig,
  besideExpertParts,
  type BesideExpertParts,
  besideExperts,
  type BlockContext,
  type BlockParts,
  BorrowingAttention,
  type CausalLM,
  causalModel,
  type DecoderNames,
  defineArchitecture,
  fromLayerInput,
  FULL,
  fullEvery,
  GatedMlp,
  hiddenNorm,
  type KeySharing,
  keySharing,
  knownActivation,
  LayerInputDecoder,
  layerInputNames,
  layerInputParts,
  type LayerInputParts,
  layerTypeOf,
  layerTypes,
  only,
  ResidualBlock,
  ropeFrom,
  SLIDING,
  unusedKeys,
  usualNames,
} from "./kit/index.ts";

const size = z.int().positive();
const sizes = z.looseObject({
  head_dim: size.optional(),
  num_key_value_heads: size.optional(),
});

/** With the defaults of its class, on which files with pictures rely. */
export const Gemma4TextConfig = baseConfig.extend({
  model_type: z.enum(["gemma4_text", "gemma4_unified_text"]).default("gemma4_text"),
  vocab_size: size.default(262_144),
  hidden_size: size.default(2304),
  intermediate_size: size.default(9216),
  num_hidden_layers: size.default(30),
  num_attention_heads: size.default(8),
  num_key_value_heads: size.default(4),
  head_dim: size.default(256),
  max_position_embeddings: size.default(131_072),
  hidden_activation: z.string().default("gelu_pytorch_tanh"),
  sliding_window: size.default(512),
  layer_types: layerTypes,
  final_logit_softcapping: z.number().positive().nullish(),
  tie_word_embeddings: z.boolean().default(true),
  /** Of layers that see all; since transformers 5 `per_layer_config` says it. */
  global_head_dim: size.default(512),
  num_global_key_value_heads: size.nullish(),
  per_layer_config: z.record(z.string(), sizes).nullish(),
  attention_k_eq_v: z.boolean().default(false),
  num_kv_shared_layers: z.int().nonnegative().default(0),
  use_double_wide_mlp: z.boolean().default(false),
  vocab_size_per_layer_input: size.default(262_144),
  hidden_size_per_layer_input: z.int().nonnegative().nullable().default(256),
  enable_moe_block: z.boolean().default(false),
  num_experts: size.nullish(),
  top_k_experts: size.nullish(),
  moe_intermediate_size: size.nullish(),
});
type Gemma4TextConfig = z.infer<typeof Gemma4TextConfig>;

const normNames = {
  beforeAttention: "input_layernorm",
  afterAttention: "post_attention_layernorm",
  beforeMlp: "pre_feedforward_layernorm",
  afterMlp: "post_feedforward_layernorm",
} as const;

const usualRope = {
  [SLIDING]: { rope_type: "default", rope_theta: 10_000 },
  [FULL]: { rope_type: "proportional", partial_rotary_factor: 0.25, rope_theta: 1_000_000 },
};

/** The last layer sees all, whatever the config says. */
function typesOf(config: Gemma4TextConfig) {
  const { num_hidden_layers: count } = config;
  return Array.from({ length: count }, (_, layer) =>
    layer === count - 1 ? FULL : layerTypeOf(config, layer, fullEvery(6)),
  );
}

interface Layer {
  index: number;
  isFull: boolean;
  sharing: KeySharing;
}

function layersOf(config: Gemma4TextConfig): Layer[] {
  const types = typesOf(config);
  const sharing = keySharing(types, config.num_kv_shared_layers);
  return types.map((type, index) => ({
    index,
    isFull: type === FULL,
    sharing: sharing[index] ?? {},
  }));
}

function headsOf(config: Gemma4TextConfig, { index, isFull }: Layer) {
  const { head_dim, num_key_value_heads, per_layer_config } = config;
  const usual = { headSize: head_dim, keyHeads: num_key_value_heads };
  if (per_layer_config) {
    const own = Object.entries(per_layer_config).find(([key]) => Number(key) === index)?.[1];
    const { head_dim: headSize = head_dim, num_key_value_heads: keyHeads = usual.keyHeads } =
      own ?? {};
    return { headSize, keyHeads };
  }
  if (!isFull) return usual;
  const own = config.attention_k_eq_v ? config.num_global_key_value_heads : undefined;
  return { headSize: config.global_head_dim, keyHeads: own ?? usual.keyHeads };
}

function attention(config: Gemma4TextConfig, layer: Layer): Attention | BorrowingAttention {
  const { hidden_size, num_attention_heads, attention_bias: bias, rms_norm_eps: eps } = config;
  const { headSize, keyHeads } = headsOf(config, layer);
  const { from, carriedAs } = layer.sharing;
  const layerType = layer.isFull ? FULL : SLIDING;
  const rope = { ...config, rope_parameters: config.rope_parameters ?? usualRope };
  const norm = (): RMSNorm => new RMSNorm(headSize, eps);
  const shape = {
    hiddenSize: hidden_size,
    heads: num_attention_heads,
    headSize,
    bias: { inputs: bias, output: bias },
    rotary: ropeFrom(rope, headSize, { layerType }),
    scale: 1,
    window: layer.isFull ? undefined : config.sliding_window,
  };
  if (from !== undefined) return new BorrowingAttention({ ...shape, norm: norm(), from });
  const norms = {
    queries: norm(),
    keys: norm(),
    values: new PlainRMSNorm(eps),
    over: "heads",
  } as const;
  const areKeysValues = config.attention_k_eq_v && layer.isFull;
  return new Attention({ ...shape, keyHeads, norms, carriedAs }, { areKeysValues });
}

function feedForward(config: Gemma4TextConfig, { sharing }: Layer): GatedMlp {
  const isWide = config.use_double_wide_mlp && sharing.from !== undefined;
  const inner = config.intermediate_size * (isWide ? 2 : 1);
  const activation = activationOf(config.hidden_activation);
  return new GatedMlp(config.hidden_size, inner, { bias: false, activation });
}

const inputShape = (config: Gemma4TextConfig) => ({
  count: config.vocab_size_per_layer_input,
  hiddenSize: config.hidden_size,
  layers: config.num_hidden_layers,
  size: config.hidden_size_per_layer_input ?? 0,
  eps: config.rms_norm_eps,
});

const expertShape = (config: Gemma4TextConfig) => ({
  count: config.num_experts ?? 1,
  chosen: config.top_k_experts ?? 1,
  hiddenSize: config.hidden_size,
  innerSize: config.moe_intermediate_size ?? config.intermediate_size,
  activation: activationOf(config.hidden_activation),
  eps: config.rms_norm_eps,
});

class Gemma4Block extends ResidualBlock {
  /** (1). */
  layer_scalar: Tensor;
  readonly #config: Gemma4TextConfig;
  readonly #layer: number;

  constructor(parts: BlockParts, config: Gemma4TextConfig, layer: number) {
    super(parts);
    this.layer_scalar = parameter([1], 1);
    this.keepConstant("layer_scalar");
    this.#config = config;
    this.#layer = layer;
    const shape = inputShape(config);
    if (shape.size > 0) Object.assign(this, layerInputParts(shape));
    if (config.enable_moe_block) Object.assign(this, besideExpertParts(expertShape(config)));
  }

  get reads(): readonly string[] {
    return this.#hasInput ? layerInputNames(this.#layer) : [];
  }

  get #hasInput(): boolean {
    return inputShape(this.#config).size > 0;
  }

  override forward(x: Tensor, context: BlockContext): Tensor {
    const h = super.forward(x, context);
    return this.#withInput(h, context).mul(this.layer_scalar.astype(h.dtype));
  }

  protected override fed(h: Tensor, context: BlockContext): Tensor {
    const dense = super.fed(h, context);
    if (!this.#config.enable_moe_block) return dense;
    return besideExperts(this as Module as Module & BesideExpertParts, h, dense);
  }

  #withInput(h: Tensor, context: BlockContext): Tensor {
    if (!this.#hasInput) return h;
    const activation = activationOf(this.#config.hidden_activation);
    const told = { context, layer: this.#layer, activation };
    return h.add(fromLayerInput(this as unknown as LayerInputParts, h, told));
  }
}

function block(config: Gemma4TextConfig, layer: Layer): Gemma4Block {
  const norms = Object.entries(normNames).map(([place, name]) => [
    place,
    [name, hiddenNorm(config)],
  ]);
  const parts = {
    attention: ["self_attn", attention(config, layer)],
    mlp: ["mlp", feedForward(config, layer)],
    norms: Object.fromEntries(norms) as BlockParts["norms"],
  } as const;
  return new Gemma4Block(parts, config, layer.index);
}

/** The text model, also where it is part of another. */
export function buildGemma4Text(
  config: Gemma4TextConfig,
  names: DecoderNames = usualNames,
): CausalLM {
  const layers = layersOf(config);
  const shape = inputShape(config);
  return causalModel(config, (index) => block(config, layers[index] as Layer), {
    names,
    embeddingScale: Math.sqrt(config.hidden_size),
    head: { softCap: config.final_logit_softcapping ?? undefined },
    trainedLength: config.max_position_embeddings,
    ...(shape.size > 0 && {
      decoder: (parts, options) => new LayerInputDecoder(parts, options, shape),
    }),
  });
}

/** Published files have keys and values of layers that do not use them, and all experts in one tensor. */
export function gemma4Recipe(config: Gemma4TextConfig, prefix = "model"): Recipe {
  const experts = "{path*}.experts.switch_glu";
  return [
    ...unusedKeys(keySharing(typesOf(config), config.num_kv_shared_layers), prefix),
    split(
      "{path*}.experts.gate_up_proj",
      [`${experts}.gate_proj.weight`, `${experts}.up_proj.weight`],
      2,
      1,
    ),
    rename("{path*}.experts.down_proj", `${experts}.down_proj.weight`),
  ];
}

export const gemma4Requires = [
  knownActivation("hidden_activation"),
  only("use_bidirectional_attention", ["vision"], "a token sees none after it here"),
];

export const gemma4_text = defineArchitecture({
  config: Gemma4TextConfig,
  requires: gemma4Requires,
  build: (config) => buildGemma4Text(config),
  recipe: (config) => gemma4Recipe(config),
});
