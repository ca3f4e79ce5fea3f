// From the usual keys of config.json to the kit's plain shapes: what a Llama-shaped architecture begins with.
// Architectures whose keys are others make the shapes themselves.
import { activations, Embedding, type NormOptions, RMSNorm } from "../../nn/index.ts";
import { Attention } from "./attention.ts";
import type { Block } from "./block.ts";
import { type BaseConfig, headSizeOf, only, type Requirement } from "./config.ts";
import { CausalLM, type CausalOptions } from "./decoder.ts";
import type { AttentionShape, HeadNorms, Norm } from "./headed-attention.ts";
import { activationOf, GatedMlp } from "./mlp.ts";
import {
  type BlockOptions,
  type BlockParts,
  type Mixer,
  type NormPlace,
  ResidualBlock,
} from "./residual-block.ts";
import { ropeFrom } from "./rope.ts";

/** The usual keys as attention takes them, rotary positions among them. */
export function attentionShape(config: BaseConfig): AttentionShape {
  const heads = config.num_attention_heads;
  const headSize = headSizeOf(config);
  const bias = config.attention_bias;
  return {
    hiddenSize: config.hidden_size,
    heads,
    keyHeads: config.num_key_value_heads ?? heads,
    headSize,
    rotary: ropeFrom(config, headSize),
    bias: { inputs: bias, output: bias },
  };
}

/** Activations that are one function each. */
export function knownActivation(key = "hidden_act"): Requirement {
  return only(key, Object.keys(activations), "this activation is not built");
}

/** RMSNorm over the hidden size. */
export function hiddenNorm(
  { hidden_size, rms_norm_eps }: BaseConfig,
  options: NormOptions = {},
): RMSNorm {
  return new RMSNorm(hidden_size, rms_norm_eps, options);
}

/** RMSNorms over each head of queries and keys (Dehghani et al. 2023). */
export function headNorms(config: BaseConfig, options: NormOptions = {}): HeadNorms {
  const norm = (): Norm => new RMSNorm(headSizeOf(config), config.rms_norm_eps, options);
  return { queries: norm(), keys: norm(), over: "heads" };
}

/** RMSNorms over all heads of queries, and over all heads of keys. */
export function wholeNorms(config: BaseConfig): HeadNorms {
  const { heads, keyHeads, headSize } = attentionShape(config);
  const norm = (count: number): Norm => new RMSNorm(count * headSize, config.rms_norm_eps);
  return { queries: norm(heads), keys: norm(keyHeads), over: "all heads" };
}

/** The feed-forward part with a gate. */
export function gatedMlp(config: BaseConfig): GatedMlp {
  const { hidden_size, intermediate_size, mlp_bias: bias, hidden_act } = config;
  const activation = activationOf(hidden_act);
  return new GatedMlp(hidden_size, intermediate_size, { bias, activation });
}

/** Names of norms by their places. */
export type NormNames = Partial<Record<NormPlace, string>>;

const llamaNorms: NormNames = {
  beforeAttention: "input_layernorm",
  beforeMlp: "post_attention_layernorm",
};

/** How a block differs from Llama's, a norm before each half. */
export interface BlockDifferences extends BlockOptions {
  attention?: Partial<AttentionShape>;
  /** In the place of attention, under its name. */
  mixer?: BlockParts["attention"] | undefined;
  /** In the place of the gated one. */
  mlp?: Mixer;
  /** Default "mlp". */
  mlpName?: string;
  /** Makes each norm; default RMSNorm over the hidden size. */
  norm?: () => Norm;
  normNames?: NormNames;
}

export function usualBlock(config: BaseConfig, differences: BlockDifferences = {}): ResidualBlock {
  const { attention, mixer, mlp, mlpName = "mlp", ...others } = differences;
  const { norm, normNames = llamaNorms, ...options } = others;
  const named = Object.entries(normNames).map(([place, name]) => [
    place,
    [name, norm?.() ?? hiddenNorm(config)],
  ]);
  const parts = {
    attention: mixer ?? ["self_attn", new Attention({ ...attentionShape(config), ...attention })],
    mlp: [mlpName, mlp ?? gatedMlp(config)],
    norms: Object.fromEntries(named) as BlockParts["norms"],
  } as const;
  return new ResidualBlock(parts, options);
}

/** Rotary variants that stretch what a model was made for without saying so in `max_position_embeddings`. */
const stretching = new Set(["linear", "dynamic"]);

/** Longest text that the model was made for, in tokens. */
export function trainedLengthOf(config: BaseConfig): number {
  const { rope_type, type, factor } = config.rope_parameters ?? config.rope_scaling ?? {};
  const stretch = stretching.has(rope_type ?? type ?? "") ? (factor ?? 1) : 1;
  return Math.floor(config.max_position_embeddings * stretch);
}

/** What a model around the usual keys may have otherwise. */
export interface UsualOptions extends Partial<CausalOptions> {
  /** The last norm; default RMSNorm. */
  norm?: Norm;
}

/** The usual decoder around these blocks, and its model. */
export function causalModel(
  config: BaseConfig,
  makeBlock: (layer: number) => Block,
  { norm, ...options }: UsualOptions = {},
): CausalLM {
  const { vocab_size, hidden_size, num_hidden_layers } = config;
  const parts = {
    embedding: new Embedding(vocab_size, hidden_size),
    blocks: Array.from({ length: num_hidden_layers }, (_, layer) => makeBlock(layer)),
    norm: norm ?? hiddenNorm(config),
  };
  const isTied = config.tie_word_embeddings;
  return new CausalLM(parts, { isTied, trainedLength: trainedLengthOf(config), ...options });
}
