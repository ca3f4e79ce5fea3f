// A tiny model of every family that is written as GGUF, with weights drawn from a seed: none of them is what a fresh
// model has, so that a norm, a bias or a factor left out shows. Sizes are whole blocks of 32. Needs the addon.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dispose, retain, type Shape, tensor, type Tensor } from "../../src/mx/index.ts";
import { loadTokenizer } from "../../src/text/index.ts";
import { saveTensors } from "../../src/weights/index.ts";
import { buildToy } from "./toy-model.ts";

type Config = Record<string, unknown>;

const usual = {
  ...{ hidden_size: 64, intermediate_size: 96, num_hidden_layers: 3, head_dim: 16 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 256 },
};
const yarn = {
  ...{ rope_type: "yarn", rope_theta: 10_000, factor: 4, beta_fast: 32, beta_slow: 1 },
  original_max_position_embeddings: 32,
};
const llama3 = {
  ...{ rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
  original_max_position_embeddings: 64,
};
const longrope = {
  type: "longrope",
  long_factor: [1, 1.5, 2, 3, 4, 5, 6, 8],
  short_factor: [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7],
};
const delta = {
  ...{ head_dim: 32, num_hidden_layers: 4, linear_conv_kernel_dim: 4 },
  ...{ linear_key_head_dim: 16, linear_value_head_dim: 16 },
  ...{ linear_num_key_heads: 2, linear_num_value_heads: 4 },
  layer_types: [...Array<string>(3).fill("linear_attention"), "full_attention"],
  rope_parameters: {
    ...{ rope_type: "default", rope_theta: 10_000, partial_rotary_factor: 0.5 },
    mrope_section: [3, 3, 2],
  },
};
const windows = { sliding_window: 8, query_pre_attn_scalar: 16 };
const gemma4 = {
  ...{ num_hidden_layers: 6, global_head_dim: 32, num_kv_shared_layers: 2, sliding_window: 8 },
  ...{ hidden_size_per_layer_input: 16, use_double_wide_mlp: true, final_logit_softcapping: 30 },
  layer_types: [0, 1, 2].flatMap(() => ["sliding_attention", "full_attention"]),
};
const granite = {
  ...{ embedding_multiplier: 12, attention_multiplier: 0.0625 },
  ...{ residual_multiplier: 0.22, logits_scaling: 8 },
};

/** Another setting of one family has a name of its own behind a dash. */
export const ggufFamilies: Readonly<Record<string, { config: Config; tokenizer: string }>> = {
  llama: { config: { ...usual, tie_word_embeddings: false }, tokenizer: "llama3" },
  "llama-stretched": {
    config: { ...usual, attention_bias: true, rope_theta: 500_000, rope_scaling: llama3 },
    tokenizer: "llama3",
  },
  "llama-yarn": { config: { ...usual, rope_parameters: yarn }, tokenizer: "llama2" },
  mistral: { config: { ...usual, sliding_window: null }, tokenizer: "mistral" },
  ministral3: {
    config: {
      ...usual,
      rope_parameters: {
        ...{ ...yarn, original_max_position_embeddings: 16, mscale: 1, mscale_all_dim: 0.5 },
        llama_4_scaling_beta: 0.3,
      },
    },
    tokenizer: "llama3",
  },
  qwen2: { config: usual, tokenizer: "qwen" },
  qwen3: { config: { ...usual, head_dim: 32 }, tokenizer: "qwen" },
  qwen3_5_text: { config: { ...usual, ...delta }, tokenizer: "qwen" },
  gemma: { config: usual, tokenizer: "gemma" },
  gemma2: {
    config: {
      ...{ ...usual, ...windows, num_hidden_layers: 4 },
      ...{ attn_logit_softcapping: 50, final_logit_softcapping: 30 },
    },
    tokenizer: "gemma",
  },
  gemma3_text: { config: { ...usual, ...windows, num_hidden_layers: 6 }, tokenizer: "gemma" },
  gemma4_text: { config: { ...usual, ...gemma4 }, tokenizer: "gemma" },
  gpt2: {
    config: { n_embd: 64, n_head: 4, n_layer: 3, n_positions: 256, n_inner: 96 },
    tokenizer: "gpt2",
  },
  granite: { config: { ...usual, ...granite }, tokenizer: "digits" },
  lfm2: {
    config: {
      ...{ ...usual, num_hidden_layers: 4, conv_L_cache: 3, block_multiple_of: 32 },
      layer_types: ["conv", "full_attention", "conv", "full_attention"],
    },
    tokenizer: "llama3",
  },
  olmo2: { config: { ...usual, tie_word_embeddings: false }, tokenizer: "qwen" },
  phi3: { config: { ...usual, original_max_position_embeddings: 256 }, tokenizer: "llama2" },
  "phi3-long": {
    config: { ...usual, original_max_position_embeddings: 8, rope_scaling: longrope },
    tokenizer: "llama2",
  },
  smollm3: { config: { ...usual, num_hidden_layers: 4 }, tokenizer: "llama3" },
  starcoder2: { config: { ...usual, sliding_window: null }, tokenizer: "digits" },
};

/** Uniform from a seed (mulberry32), as normal deviates (Box and Muller). */
export function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
}

/** Small embeddings and large products, so that a tied head does not only repeat what it read. */
function deviation(name: string, shape: Shape): number {
  if (shape.length === 1) return 0.2;
  return /embed|wte|wpe/.test(name) ? 0.1 : 2.5 / Math.sqrt(shape.at(-1) ?? 1);
}

function drawn(name: string, before: Tensor, normal: () => number): Tensor {
  const { shape } = before;
  const deviates = deviation(name, shape);
  const old = before.astype("float32").toMemory() as Float32Array;
  // norms, biases and rates are moved from where they begin; matrices are drawn anew
  const values = old.map((value) => (shape.length === 1 ? value : 0) + deviates * normal());
  return retain(tensor(values, shape, "float32"));
}

const tokenizers = fileURLToPath(new URL("../fixtures/text/tokenizers/", import.meta.url));

/** A model folder of a family; `name` is one of `ggufFamilies`. Returns its path. */
export async function makeFamilyModel(folder: string, name: string, seed = 7): Promise<string> {
  const family = ggufFamilies[name];
  if (family === undefined) throw new RangeError(`there is no family ${name}`);
  mkdirSync(folder, { recursive: true });
  cpSync(join(tokenizers, family.tokenizer), folder, { recursive: true });
  const { vocabularySize: vocab_size } = await loadTokenizer(folder);
  const own = { vocab_size, vocab_size_per_layer_input: vocab_size };
  const config = { model_type: name.replace(/-.*/, ""), ...own, ...family.config };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  const model = await buildToy(config);
  const normal = normals(seed);
  const weights = new Map(
    [...model.parameters()].map(([at, one]) => [at, drawn(at, one, normal)] as const),
  );
  await saveTensors(join(folder, "model.safetensors"), weights, { format: "pt" });
  dispose(model);
  dispose(weights);
  return folder;
}
