// A tiny Hugging Face folder as a GGUF file, as llama.cpp's converter writes it: its names (Llama's here, others' from
// gguf-py), its order of the rows of q and k, its keys. Written apart from the reader that undoes it; needs no addon.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensorsHeader } from "../../src/weights/index.ts";
import { ggufBytes, type GgufEntry, type GgufTensorPlan } from "./gguf-bytes.ts";

type Json = Record<string, unknown>;

const parts: Readonly<Record<string, string>> = {
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
  input_layernorm: "attn_norm",
  post_attention_layernorm: "ffn_norm",
};

const outside: Readonly<Record<string, string>> = {
  "model.embed_tokens.weight": "token_embd.weight",
  "model.norm.weight": "output_norm.weight",
  "lm_head.weight": "output.weight",
};

/** What gguf-py calls the tensors of a fixture, and its architecture. */
export interface GgufNames {
  architecture: string;
  tensors: Readonly<Record<string, string>>;
}

function nameIn(name: string, names: GgufNames | undefined): string {
  const known = names?.tensors[name];
  if (known !== undefined) return known;
  const [, layer, part = "", kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  return outside[name] ?? `blk.${layer}.${parts[part]}.${kind}`;
}

/** Row r of a head's first half and row r of its second become neighbours. */
function interleaved(rows: readonly Buffer[], heads: number): Buffer[] {
  const size = rows.length / heads;
  return rows.map((_, at) => {
    const [head, within] = [Math.floor(at / size), at % size];
    const source = Math.floor(within / 2) + (within % 2) * (size / 2);
    return rows[head * size + source] ?? Buffer.alloc(0);
  });
}

/** Of float32. */
function plusOne(bytes: Buffer): Buffer {
  const moved = Buffer.from(bytes);
  for (let at = 0; at < moved.length; at += 4) moved.writeFloatLE(moved.readFloatLE(at) + 1, at);
  return moved;
}

function tensorPlan(
  name: string,
  shape: readonly number[],
  given: Buffer,
  config: Json,
  { normsPlusOne = false, turned = true }: GgufModelOptions,
): GgufTensorPlan {
  const bytes = normsPlusOne && name.endsWith("norm.weight") ? plusOne(given) : given;
  const heads = name.includes("attn_q.")
    ? config["num_attention_heads"]
    : config["num_key_value_heads"];
  if (!turned || !/attn_[qk]\./.test(name)) return { type: 0, shape, data: bytes };
  const count = shape[0] ?? 1;
  const width = bytes.length / count;
  const rows = Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * width, (at + 1) * width),
  );
  return { type: 0, shape, data: Buffer.concat(interleaved(rows, Number(heads))) };
}

interface TokenizerJson {
  added_tokens: { id: number; content: string; special: boolean }[];
  model: { vocab: Record<string, number>; merges: [string, string][] };
}

function tokenizerKeys(folder: string): Record<string, GgufEntry> {
  const file = readFileSync(join(folder, "tokenizer.json"), "utf8");
  const { added_tokens, model } = JSON.parse(file) as TokenizerJson;
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
  for (const { id, content } of added_tokens) tokens[id] = content;
  const types = tokens.map(() => 1);
  for (const { id, special } of added_tokens) types[id] = special ? 3 : 4;
  const idOf = (content: string): number =>
    added_tokens.find((token) => token.content === content)?.id ?? 0;
  return {
    "tokenizer.ggml.model": ["text", "gpt2"],
    "tokenizer.ggml.pre": ["text", "qwen2"],
    "tokenizer.ggml.tokens": ["texts", tokens],
    "tokenizer.ggml.token_type": ["i32s", types],
    "tokenizer.ggml.merges": ["texts", model.merges.map((sides) => sides.join(" "))],
    "tokenizer.ggml.eos_token_id": ["u32", idOf("<|im_end|>")],
    "tokenizer.ggml.padding_token_id": ["u32", idOf("<|endoftext|>")],
  };
}

const noTokenizer: Record<string, GgufEntry> = {
  "tokenizer.ggml.model": ["text", "gpt2"],
  "tokenizer.ggml.tokens": ["texts", ["a", "b"]],
};

/** Keys of the file; `more` are added and win. */
function keysOf(
  name: string,
  config: Json,
  more: Record<string, GgufEntry>,
): Record<string, GgufEntry> {
  const size = (key: string): GgufEntry => ["u32", Number(config[key])];
  const rope = config["rope_parameters"] as { rope_theta?: number } | undefined;
  return {
    "general.architecture": ["text", name],
    [`${name}.block_count`]: size("num_hidden_layers"),
    [`${name}.context_length`]: size("max_position_embeddings"),
    [`${name}.embedding_length`]: size("hidden_size"),
    [`${name}.feed_forward_length`]: size("intermediate_size"),
    [`${name}.attention.head_count`]: size("num_attention_heads"),
    [`${name}.attention.head_count_kv`]: size("num_key_value_heads"),
    [`${name}.attention.layer_norm_rms_epsilon`]: ["f32", Number(config["rms_norm_eps"] ?? 1e-6)],
    [`${name}.rope.freq_base`]: ["f32", rope?.rope_theta ?? Number(config["rope_theta"] ?? 10_000)],
    ...more,
  };
}

export interface GgufModelOptions {
  /** Take the folder's tokenizer.json, byte-level BPE as Qwen's. */
  withTokenizer?: boolean;
  /** Of another architecture than Llama. */
  names?: GgufNames;
  /** As Llama's converter turns the rows of q and k; default true. */
  turned?: boolean;
  normsPlusOne?: boolean;
  metadata?: Record<string, GgufEntry>;
  tensors?: Record<string, GgufTensorPlan>;
}

/** The bytes of the file. The folder's weights are float32, in model.safetensors. */
export async function ggufModel(folder: string, options: GgufModelOptions = {}): Promise<Buffer> {
  const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Json;
  const file = join(folder, "model.safetensors");
  const data = readFileSync(file);
  const header = await readSafetensorsHeader(file);
  const tensors = [...header.tensors].map(([name, { shape, begin, end }]) => {
    const bytes = data.subarray(header.dataStart + begin, header.dataStart + end);
    const named = nameIn(name, options.names);
    return [named, tensorPlan(named, shape, bytes, config, options)] as const;
  });
  const tokenizer = options.withTokenizer === true ? tokenizerKeys(folder) : noTokenizer;
  return ggufBytes({
    metadata: keysOf(options.names?.architecture ?? "llama", config, {
      ...tokenizer,
      ...options.metadata,
    }),
    tensors: { ...Object.fromEntries(tensors), ...options.tensors },
  });
}
