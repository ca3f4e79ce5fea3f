// A whole model folder of a few thousand parameters, made on the spot: random weights, a real tokenizer.
// It learns nothing useful; it goes through every door that a real model goes through.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeFolder } from "../support/folders.ts";

const TOKENIZER = resolve(import.meta.dirname, "../fixtures/text/tokenizers/qwen");

export const tinyConfig = {
  model_type: "llama",
  architectures: ["LlamaForCausalLM"],
  vocab_size: 584,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  max_position_embeddings: 2048,
  tie_word_embeddings: true,
  torch_dtype: "float32",
};

type Shapes = Record<string, readonly number[]>;

function shapes(): Shapes {
  const { hidden_size: hidden, intermediate_size: inner, vocab_size: vocabulary } = tinyConfig;
  const all: Shapes = {
    "model.embed_tokens.weight": [vocabulary, hidden],
    "model.norm.weight": [hidden],
  };
  for (let layer = 0; layer < tinyConfig.num_hidden_layers; layer++) {
    const under = `model.layers.${layer}`;
    Object.assign(all, {
      [`${under}.input_layernorm.weight`]: [hidden],
      [`${under}.post_attention_layernorm.weight`]: [hidden],
      [`${under}.self_attn.q_proj.weight`]: [hidden, hidden],
      [`${under}.self_attn.k_proj.weight`]: [hidden / 2, hidden],
      [`${under}.self_attn.v_proj.weight`]: [hidden / 2, hidden],
      [`${under}.self_attn.o_proj.weight`]: [hidden, hidden],
      [`${under}.mlp.gate_proj.weight`]: [inner, hidden],
      [`${under}.mlp.up_proj.weight`]: [inner, hidden],
      [`${under}.mlp.down_proj.weight`]: [hidden, inner],
    });
  }
  return all;
}

/** Numbers in (-0.1, 0.1) that are the same every time; norms are ones. */
function values(name: string, count: number): Float32Array {
  let state = 1;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647 - 0.5) / 5;
  };
  return Float32Array.from({ length: count }, name.includes("norm") ? () => 1 : next);
}

function safetensors(): Buffer {
  const header: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, shape] of Object.entries(shapes())) {
    const data = values(
      name,
      shape.reduce((size, length) => size * length, 1),
    );
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
    parts.push(Buffer.from(data.buffer));
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, 0x20)]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}

/** Writes the model into a new folder and gives the folder. */
export function makeModel(config: Record<string, unknown> = tinyConfig): string {
  const folder = join(makeFolder({}), "tiny");
  mkdirSync(folder);
  cpSync(TOKENIZER, folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  writeFileSync(join(folder, "model.safetensors"), safetensors());
  return folder;
}
