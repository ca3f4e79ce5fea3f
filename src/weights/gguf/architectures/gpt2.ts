import { convert, type Recipe, rename, transposed } from "../../recipe/index.ts";
// GPT-2 in GGUF: learned positions, one fused projection, weights turned from Conv1D's layout.
import { f32, u32 } from "../entries.ts";
import type { GgufArchitecture, GgufModelFile } from "./architecture.ts";
import { tokensIn } from "./decoder.ts";
import type { ModelConfig } from "./model-config.ts";
import type { GgufWriting, Keys } from "./writing.ts";

const layers: Readonly<Record<string, string>> = {
  attn_qkv: "attn.c_attn",
  attn_output: "attn.c_proj",
  ffn_up: "mlp.c_fc",
  ffn_down: "mlp.c_proj",
};
const norms: Readonly<Record<string, string>> = { attn_norm: "ln_1", ffn_norm: "ln_2" };

const inLayer = (name: string): string => `transformer.h.{layer}.${name}`;

const recipe: Recipe = [
  rename("token_embd.weight", "transformer.wte.weight"),
  rename("position_embd.weight", "transformer.wpe.weight"),
  rename("output_norm.{kind:weight|bias}", "transformer.ln_f.{kind}"),
  rename("output.weight", "lm_head.weight"),
  ...Object.entries(norms).map(([from, to]) =>
    rename(`blk.{layer}.${from}.{kind:weight|bias}`, inLayer(`${to}.{kind}`)),
  ),
  ...Object.entries(layers).flatMap(([from, to]) => [
    convert(`blk.{layer}.${from}.weight`, inLayer(`${to}.weight`), transposed()),
    rename(`blk.{layer}.${from}.bias`, inLayer(`${to}.bias`)),
  ]),
];

function config(file: GgufModelFile): Record<string, unknown> {
  file.refuse(["expert_count"]);
  return {
    architectures: ["GPT2LMHeadModel"],
    model_type: "gpt2",
    activation_function: "gelu_new",
    vocab_size: file.rows("token_embd.weight"),
    n_positions: file.rows("position_embd.weight"),
    n_embd: file.size("embedding_length"),
    n_inner: file.size("feed_forward_length"),
    n_layer: file.size("block_count"),
    n_head: file.size("attention.head_count"),
    layer_norm_epsilon: file.real("attention.layer_norm_epsilon") ?? 1e-5,
    tie_word_embeddings: true,
    ...tokensIn(file),
    torch_dtype: "float32",
  };
}

export const gpt2: GgufArchitecture = { config, recipe: () => recipe, staysPlain: true };

function keys(config: ModelConfig): Keys {
  const width = config.number("n_embd");
  return {
    vocab_size: u32(config.number("vocab_size")),
    context_length: u32(config.number("n_positions")),
    embedding_length: u32(width),
    block_count: u32(config.number("n_layer")),
    feed_forward_length: u32(config.optional("n_inner") ?? 4 * width),
    "attention.head_count": u32(config.number("n_head")),
    "attention.layer_norm_epsilon": f32(config.number("layer_norm_epsilon")),
  };
}

export const writtenGpt2: GgufWriting = { architecture: "gpt2", keys };
