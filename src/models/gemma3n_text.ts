// Gemma 3n: several hidden states a token (AltUp), a low-rank residual beside attention (LAuReL), inputs of single layers,
// keys that the last layers read of those below, and gates of which only the largest stay.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { type Activation, Linear, Module, PlainRMSNorm, RMSNorm } from "../nn/index.ts";
import type { Recipe } from "../weights/index.ts";
import {
  activationOf,
  AltUp,
  Attention,
  baseConfig,
  Block,
  type BlockContext,
  BorrowingAttention,
  type CausalLM,
  causalModel,
  type DecoderNames,
  type DecoderOptions,
  type DecoderParts,
  defineArchitecture,
  foldedStates,
  fromLayerInput,
  fullEvery,
  GatedMlp,
  type KeySharing,
  keySharing,
  knownActivation,
  LayerInputDecoder,
  layerInputNames,
  layerInputParts,
  type LayerInputParts,
  type LayerInputShape,
  layerTypeOf,
  layerTypes,
  only,
  ropeFrom,
  unfoldedStates,
  unusedKeys,
  usualNames,
  windowAt,
} from "./kit/index.ts";

const size = z.int().positive();
const share = z.number().min(0).lt(1);

/** With the defaults of its class, on which files with pictures rely. */
export const Gemma3nTextConfig = baseConfig
  .extend({
    model_type: z.literal("gemma3n_text").default("gemma3n_text"),
    vocab_size: size.default(262_400),
    hidden_size: size.default(2048),
    /** Of all layers, or of each. */
    intermediate_size: z.union([size, z.array(size)]).default(16_384),
    num_hidden_layers: size.default(35),
    num_attention_heads: size.default(8),
    num_key_value_heads: size.default(2),
    head_dim: size.default(256),
    max_position_embeddings: size.default(32_768),
    hidden_activation: z.string().default("gelu_pytorch_tanh"),
    sliding_window: size.default(512),
    layer_types: layerTypes,
    rope_theta: z.number().positive().default(1_000_000),
    rope_local_base_freq: z.number().positive().default(10_000),
    final_logit_softcapping: z.number().positive().nullable().default(30),
    tie_word_embeddings: z.boolean().default(true),
    num_kv_shared_layers: z.int().nonnegative().default(15),
    vocab_size_per_layer_input: size.default(262_144),
    hidden_size_per_layer_input: size.default(256),
    altup_active_idx: z.int().nonnegative().default(0),
    altup_correct_scale: z.boolean().default(true),
    altup_num_inputs: size.default(4),
    laurel_rank: size.default(64),
    /** Share of a gate's numbers that become zero, of all layers or of each. */
    activation_sparsity_pattern: z.union([share, z.array(share)]).nullish(),
  })
  .refine(
    ({ intermediate_size: sizes, num_hidden_layers }) =>
      !Array.isArray(sizes) || sizes.length >= num_hidden_layers,
    { path: ["intermediate_size"], error: "must have one size for each layer" },
  );
type Gemma3nTextConfig = z.infer<typeof Gemma3nTextConfig>;

const oneOf = <Value>(values: Value | readonly Value[], layer: number): Value =>
  Array.isArray(values) ? (values[layer] as Value) : (values as Value);

/** The first layers are sparse where the config does not say. */
const [sparseLayers, usualSparsity] = [10, 0.95];

function sparsityAt(config: Gemma3nTextConfig, layer: number): number {
  const { activation_sparsity_pattern: told, num_hidden_layers: count } = config;
  if (told === undefined || told === null)
    return count > sparseLayers && layer < sparseLayers ? usualSparsity : 0;
  return oneOf(told, layer) ?? 0;
}

/** Where a share `p` of a normal distribution lies below, in deviations from its mean. */
function normalQuantile(p: number): number {
  let x = 0;
  // Newton's steps come from below: the distribution is concave above its mean
  for (let step = 0; step < 60; step++) {
    const density = Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);
    let [term, sum] = [x, x];
    for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) sum += term *= x ** 2 / odd;
    x -= (0.5 + density * sum - p) / density;
  }
  return x;
}

/** What is above the quantile that a normal distribution of the same mean and deviation would have, less it. */
function aboveQuantile(x: Tensor, deviations: number): Tensor {
  const limit = x.mean(-1, true).add(x.variance(-1, true).sqrt().mul(deviations));
  return x.sub(limit).maximum(0);
}

function feedForward(config: Gemma3nTextConfig, layer: number): GatedMlp {
  const activation = activationOf(config.hidden_activation);
  const sparsity = sparsityAt(config, layer);
  const deviations = normalQuantile(sparsity);
  const sparse: Activation = (x) => activation(aboveQuantile(x, deviations));
  return new GatedMlp(config.hidden_size, oneOf(config.intermediate_size, layer), {
    bias: false,
    activation: sparsity > 0 ? sparse : activation,
  });
}

/** x + norm(right(left(x))): a residual with a low-rank part that is learned (Menghani et al. 2024). */
class Laurel extends Module {
  linear_left: Linear;
  linear_right: Linear;
  post_laurel_norm: RMSNorm;

  constructor({ hidden_size, laurel_rank, rms_norm_eps }: Gemma3nTextConfig) {
    super();
    this.linear_left = new Linear(hidden_size, laurel_rank, { bias: false });
    this.linear_right = new Linear(laurel_rank, hidden_size, { bias: false });
    this.post_laurel_norm = new RMSNorm(hidden_size, rms_norm_eps);
  }

  forward(x: Tensor): Tensor {
    const learned = this.linear_right.forward(this.linear_left.forward(x));
    return x.add(this.post_laurel_norm.forward(learned));
  }
}

const usualType = fullEvery(5);

function attention(
  config: Gemma3nTextConfig,
  layer: number,
  { from, carriedAs }: KeySharing,
): Attention | BorrowingAttention {
  const { attention_bias: bias, head_dim: headSize, rms_norm_eps: eps } = config;
  const slidingBase = config.rope_local_base_freq;
  const layerType = layerTypeOf(config, layer, usualType);
  const norm = (): RMSNorm => new RMSNorm(headSize, eps);
  const shape = {
    hiddenSize: config.hidden_size,
    heads: config.num_attention_heads,
    keyHeads: config.num_key_value_heads,
    headSize,
    bias: { inputs: bias, output: bias },
    rotary: ropeFrom({ ...config, intermediate_size: 1 }, headSize, { layerType, slidingBase }),
    scale: 1,
    window: windowAt(config, layer, usualType),
  };
  if (from !== undefined) return new BorrowingAttention({ ...shape, norm: norm(), from });
  const norms = {
    queries: norm(),
    keys: norm(),
    values: new PlainRMSNorm(eps),
    over: "heads",
  } as const;
  return new Attention({ ...shape, norms, carriedAs });
}

class Gemma3nBlock extends Block {
  self_attn: Attention | BorrowingAttention;
  mlp: GatedMlp;
  input_layernorm: RMSNorm;
  post_attention_layernorm: RMSNorm;
  pre_feedforward_layernorm: RMSNorm;
  post_feedforward_layernorm: RMSNorm;
  altup: AltUp;
  laurel: Laurel;
  readonly #config: Gemma3nTextConfig;
  readonly #layer: number;

  constructor(config: Gemma3nTextConfig, layer: number, sharing: KeySharing) {
    super();
    const { hidden_size, rms_norm_eps: eps } = config;
    const norm = (): RMSNorm => new RMSNorm(hidden_size, eps);
    this.#config = config;
    this.#layer = layer;
    this.self_attn = attention(config, layer, sharing);
    this.mlp = feedForward(config, layer);
    this.input_layernorm = norm();
    this.post_attention_layernorm = norm();
    this.pre_feedforward_layernorm = norm();
    this.post_feedforward_layernorm = norm();
    this.altup = new AltUp({
      states: config.altup_num_inputs,
      active: config.altup_active_idx,
      size: hidden_size,
      eps,
    });
    this.laurel = new Laurel(config);
    Object.assign(this, layerInputParts(inputShape(config)));
  }

  get reads(): readonly string[] {
    return layerInputNames(this.#layer);
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const predicted = this.altup.predict(x);
    const corrected = this.altup.correct(predicted, this.#computed(predicted.active, context));
    const isScaled = this.#config.altup_correct_scale;
    const told = {
      context,
      layer: this.#layer,
      activation: activationOf(this.#config.hidden_activation),
    };
    const parts = this as unknown as LayerInputParts;
    return this.altup.added(corrected, { isScaled }, (active) =>
      fromLayerInput(parts, active, told),
    );
  }

  /** The active state through attention and the feed-forward part. */
  #computed(active: Tensor, context: BlockContext): Tensor {
    const read = this.input_layernorm.forward(active);
    const mixed = this.post_attention_layernorm.forward(this.self_attn.forward(read, context));
    const h = active.add(mixed).add(this.laurel.forward(read)).mul(Math.SQRT1_2);
    const fed = this.mlp.forward(this.pre_feedforward_layernorm.forward(h));
    return h.add(this.post_feedforward_layernorm.forward(fed));
  }
}

function inputShape(config: Gemma3nTextConfig): LayerInputShape {
  return {
    count: config.vocab_size_per_layer_input,
    hiddenSize: config.hidden_size,
    layers: config.num_hidden_layers,
    size: config.hidden_size_per_layer_input,
    eps: config.rms_norm_eps,
  };
}

class Gemma3nDecoder extends LayerInputDecoder {
  altup_projections: Linear[];
  altup_unembed_projections: Linear[];

  constructor(parts: DecoderParts, options: DecoderOptions, config: Gemma3nTextConfig) {
    super(parts, options, inputShape(config));
    const { hidden_size, altup_num_inputs } = config;
    const layers = (): Linear[] =>
      Array.from(
        { length: altup_num_inputs - 1 },
        () => new Linear(hidden_size, hidden_size, { bias: false }),
      );
    this.altup_projections = layers();
    this.altup_unembed_projections = layers();
  }

  protected override begun(embedded: Tensor): Tensor {
    return unfoldedStates(embedded, this.altup_projections);
  }

  protected override ended(h: Tensor): Tensor {
    return foldedStates(h, this.altup_unembed_projections);
  }
}

function sharingOf(config: Gemma3nTextConfig): KeySharing[] {
  const { num_hidden_layers: length, num_kv_shared_layers } = config;
  const types = Array.from({ length }, (_, layer) => layerTypeOf(config, layer, usualType));
  return keySharing(types, num_kv_shared_layers);
}

/** The text model, also where it is part of another. */
export function buildGemma3nText(
  config: Gemma3nTextConfig,
  names: DecoderNames = usualNames,
): CausalLM {
  const sharing = sharingOf(config);
  const usual = { ...config, intermediate_size: oneOf(config.intermediate_size, 0) };
  return causalModel(usual, (layer) => new Gemma3nBlock(config, layer, sharing[layer] ?? {}), {
    names,
    embeddingScale: Math.sqrt(config.hidden_size),
    head: { softCap: config.final_logit_softcapping ?? undefined },
    trainedLength: config.max_position_embeddings,
    decoder: (parts, options) => new Gemma3nDecoder(parts, options, config),
  });
}

export const gemma3nRequires = [
  knownActivation("hidden_activation"),
  only("use_bidirectional_attention", [false], "a token sees none after it here"),
];

/** Published files have keys and values of layers that do not use them. */
export function gemma3nRecipe(config: Gemma3nTextConfig, prefix = "model"): Recipe {
  return unusedKeys(sharingOf(config), prefix);
}

export const gemma3n_text = defineArchitecture({
  config: Gemma3nTextConfig,
  requires: gemma3nRequires,
  build: (config) => buildGemma3nText(config),
  recipe: (config) => gemma3nRecipe(config),
});
