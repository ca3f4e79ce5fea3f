// Packed experts cross over: mlx-lm computes with what ft packed what ft computes, and ft with what mlx-lm packed what
// mlx-lm computes. Whether bits and names of dense models are the same is converted.test.ts's.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planConversion } from "../../../src/export/conversion.ts";
import { writeConversion } from "../../../src/export/converted-folder.ts";
import { saveModel } from "../../../src/export/model-folder.ts";
import { architectureOf, entriesFor, loadStoredModel } from "../../../src/models/index.ts";
import { dispose, float32, int32, type Packing, scope } from "../../../src/mx/index.ts";
import { openModelFolder } from "../../../src/weights/index.ts";
import { relativeDifference } from "../../parity/models/fixtures.ts";
import { buildToy } from "../../support/toy-model.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const script = path.join(import.meta.dirname, "packed_experts.py");
const root = mkdtempSync(path.join(tmpdir(), "ft-interop-experts-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Of the largest logit: the same packed numbers, the same sums in another order. */
const tolerance = 1e-5;
const ids = [1, 9, 4, 30, 2, 17, 8, 55];

/** In groups of 64 that all rows are whole groups of: mlx-lm packs routers so, whatever is asked. */
const usual = {
  ...{ vocab_size: 96, hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 128 },
  ...{ rms_norm_eps: 1e-5, rope_theta: 10_000, tie_word_embeddings: false },
  ...{ bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 },
};

const latent = {
  ...{ q_lora_rank: 64, kv_lora_rank: 64, qk_nope_head_dim: 64, qk_rope_head_dim: 16 },
  ...{ v_head_dim: 64, num_key_value_heads: 4 },
};

const grouped = {
  ...{ first_k_dense_replace: 1, n_routed_experts: 8, n_shared_experts: 1, moe_layer_freq: 1 },
  ...{ num_experts_per_tok: 2, moe_intermediate_size: 64, n_group: 2, topk_group: 1 },
  ...{ routed_scaling_factor: 1.5, norm_topk_prob: true },
};

const qwen = {
  ...{ head_dim: 16, num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 64 },
  ...{ norm_topk_prob: true, decoder_sparse_step: 1, mlp_only_layers: [] },
};

/** By model_type; settings are those in which both compute the same. */
const families: Record<string, object> = {
  mixtral: { num_local_experts: 4, num_experts_per_tok: 2 },
  qwen2_moe: {
    ...{ num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 64 },
    ...{ shared_expert_intermediate_size: 128, norm_topk_prob: false },
  },
  qwen3_moe: qwen,
  deepseek_v3: {
    ...{ ...latent, ...grouped, scoring_func: "sigmoid", topk_method: "noaux_tc" },
  },
  glm4_moe_lite: { ...latent, ...grouped, n_group: 1 },
  granitemoe: {
    ...{ num_local_experts: 4, num_experts_per_tok: 2, attention_bias: false },
    ...{ attention_multiplier: 0.25, embedding_multiplier: 3, logits_scaling: 4 },
    ...{ residual_multiplier: 0.5, tie_word_embeddings: true },
  },
  olmoe: { num_experts: 4, num_experts_per_tok: 2, norm_topk_prob: false },
  gpt_oss: {
    ...{ head_dim: 16, num_local_experts: 4, num_experts_per_tok: 2, sliding_window: 6 },
    layer_types: ["sliding_attention", "full_attention"],
    // mlx-lm reads only the older key, and rounds the ends of YaRN
    rope_parameters: { rope_type: "default", rope_theta: 10_000 },
  },
};

const packings: Record<string, Packing> = {
  "affine-4": { mode: "affine", bits: 4, groupSize: 64 },
  "affine-8": { mode: "affine", bits: 8, groupSize: 32 },
  mxfp4: { mode: "mxfp4", bits: 4, groupSize: 32 },
};

/** Families whose layers mlx-lm stores otherwise even where it packs nothing. */
const restored = ["deepseek_v3", "glm4_moe_lite"];

const cases = Object.keys(families).flatMap((family) =>
  Object.keys(packings).map((packing): [string, string] => [family, packing]),
);

async function makeBase(family: string): Promise<string> {
  const base = path.join(root, family);
  const config = { model_type: family, ...usual, ...families[family] };
  const source = path.join(root, `${family}-config`);
  mkdirSync(source, { recursive: true });
  writeFileSync(path.join(source, "config.json"), JSON.stringify(config));
  const model = await buildToy(config);
  const entries = entriesFor((await architectureOf(config)).recipe(config), model);
  await saveModel(base, { model, entries }, source);
  dispose(model);
  return base;
}

/** Of the largest logit, between what is computed here with a folder and what mlx-lm computed with it. */
async function distance(folder: string, theirs: number[]): Promise<number> {
  const { model } = await loadStoredModel(await openModelFolder(folder), { dtype: "float32" });
  const apart = scope(() => {
    const own = model.forward(int32(ids, [1, ids.length]));
    return relativeDifference(own, float32(theirs, own.shape));
  });
  dispose(model);
  return apart;
}

/** Logits that mlx-lm computed with folders, by name; where it could not, why. */
type Answer = Record<string, { logits?: number[]; problem?: string }>;
let answers: Answer;

beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  for (const family of Object.keys(families)) await makeBase(family);
  for (const [family, packing] of cases) {
    const stored = await openModelFolder(path.join(root, family));
    const wish = { packing: packings[packing] };
    await writeConversion(
      path.join(root, `${family}-${packing}`),
      await planConversion(stored, wish),
    );
  }
  writeFileSync(path.join(root, "job.json"), JSON.stringify({ cases, packings, restored, ids }));
  const printed = execFileSync(python, [script, root], { maxBuffer: 1e9 }).toString();
  answers = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as Answer;
}, 300_000);

async function expectEqual(name: string): Promise<void> {
  const { logits, problem } = answers[name] ?? {};
  expect(problem).toBeUndefined();
  expect(await distance(path.join(root, name), logits ?? [])).toBeLessThanOrEqual(tolerance);
}

describe.each(cases)("%s, %s", (family, packing) => {
  test("packed here, computed by mlx-lm", () => expectEqual(`${family}-${packing}`));
  test("packed by mlx-lm, computed here", () => expectEqual(`${family}-${packing}-theirs`));
});

test.each(restored)("%s, written by mlx-lm as it is, computed here", (family) =>
  expectEqual(`${family}-plain-theirs`),
);
