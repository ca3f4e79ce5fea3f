// Adapters of families of different kinds, both ways: trained here and loaded by mlx-lm and PEFT, trained by them and
// loaded here. Logits decide; the table is printed. What else crosses over is exchange.test.ts's.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attachAdapter, loadAdapter, saveAdapter } from "../../../src/adapters/index.ts";
import { collate } from "../../../src/data/index.ts";
import { saveModel } from "../../../src/export/model-folder.ts";
import {
  architectureOf,
  entriesFor,
  type LanguageModel,
  loadStoredModel,
} from "../../../src/models/index.ts";
import { dispose, float32, int32, retain, scope } from "../../../src/mx/index.ts";
import { optimizers } from "../../../src/nn/index.ts";
import { supervised } from "../../../src/train/objectives/supervised.ts";
import { TrainingStep } from "../../../src/train/step.ts";
import { openModelFolder } from "../../../src/weights/index.ts";
import { relativeDifference } from "../../parity/models/fixtures.ts";
import { buildToy } from "../../support/toy-model.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const script = path.join(import.meta.dirname, "adapter_exchange.py");

/** Of the largest logit; between libraries tiny models agree to 1.4e-6, five steps and an adapter's sums leave room. */
const tolerance = 1e-4;
const length = 12;
const ids = Array.from({ length: 2 * length }, (_, at) => (at * 11) % 90);
const shape = { rank: 4, scale: 2, dropout: 0 };

const usual = {
  ...{ vocab_size: 96, hidden_size: 32, intermediate_size: 48, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 128 },
  ...{ rms_norm_eps: 1e-5, rope_theta: 10_000, tie_word_embeddings: false },
  ...{ bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 },
};

const experts = {
  ...{ num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 12, norm_topk_prob: true },
  ...{ decoder_sparse_step: 1, mlp_only_layers: [] },
};

const gemma = { head_dim: 8, tie_word_embeddings: true, query_pre_attn_scalar: 8 };

interface Family {
  kind: string;
  config: Record<string, unknown>;
  /** Layers that carry an adapter, where not all of them can in both peers. */
  targets?: string[];
}

/** What each shows, by model_type; settings are those in which both peers compute the same. */
const families: Record<string, Family> = {
  llama: { kind: "dense", config: {} },
  qwen2: { kind: "biases", config: { use_sliding_window: false } },
  qwen3: { kind: "tied", config: { head_dim: 8, tie_word_embeddings: true } },
  gemma2: {
    kind: "soft caps",
    config: {
      ...gemma,
      attn_logit_softcapping: 5.5,
      final_logit_softcapping: 4.5,
      sliding_window: 64,
    },
  },
  gemma3_text: {
    kind: "window",
    config: {
      // mlx-lm rounds the embeddings' factor, √64, to bfloat16
      ...{
        ...gemma,
        hidden_size: 64,
        sliding_window: 6,
        sliding_window_pattern: 2,
        rope_local_base_freq: 100.5,
      },
      layer_types: ["sliding_attention", "full_attention"],
    },
  },
  phi3: { kind: "fused", config: { original_max_position_embeddings: 128 } },
  starcoder2: {
    kind: "LayerNorm",
    config: { hidden_act: "gelu", use_bias: true, norm_epsilon: 1e-5, tie_word_embeddings: true },
  },
  lfm2: {
    kind: "hybrid",
    config: {
      ...{ norm_eps: 1e-5, conv_bias: false, conv_L_cache: 3, tie_word_embeddings: true },
      ...{ layer_types: ["conv", "full_attention"], block_dim: 32, block_multiple_of: 8 },
      ...{ block_ffn_dim_multiplier: 1.5, block_auto_adjust_ff_dim: true, block_ff_dim: 48 },
    },
  },
  mamba2: {
    kind: "state",
    // PEFT refuses the layer behind it
    targets: ["in_proj"],
    config: {
      ...{ num_heads: 8, head_dim: 8, n_groups: 1, state_size: 10, conv_kernel: 4, expand: 2 },
      ...{ intermediate_size: 64, use_bias: false, use_conv_bias: true, layer_norm_epsilon: 1e-5 },
      ...{ time_step_limit: [0.001, 100.5], time_step_rank: "auto", chunk_size: 8 },
    },
  },
  qwen3_moe: { kind: "experts", config: { head_dim: 8, ...experts } },
};

/** PyTorch is not among the installed peers (gigabytes); with a Python that has it, PEFT is compared too. */
function hasPeft(): boolean {
  const find = "import importlib.util as u; assert u.find_spec('torch') and u.find_spec('peft')";
  try {
    execFileSync(python, ["-c", find], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const tools = { mlx: "of-mlx", ...(hasPeft() && { peft: "of-peft/mlx" }) };

interface Peer {
  base: unknown;
  ours: unknown;
  theirs: unknown;
}

/** Of one family: logits by what they are of, and by peer why there are none. */
interface Answer {
  name: string;
  logits: Record<string, unknown>;
  errors: Record<string, string>;
}

/** By family and peer. */
const failed = new Map<string, string>();

/** By name: the model's folder, our adapter's, and what the peers computed. */
const made = new Map<
  string,
  { base: string; ours: string; out: string; blocks: string; peers: Map<string, Peer> }
>();
const rows: string[] = [];
let root: string;

async function load(folder: string): Promise<LanguageModel> {
  return (await loadStoredModel(await openModelFolder(folder), { dtype: "float32" })).model;
}

/** Five steps on counting upwards, at a rate that shows. */
async function train(model: LanguageModel): Promise<void> {
  const slots = model.trainableSlots().map((slot) => Object.assign(slot, { isHidden: false }));
  const settings = {
    ...{ beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, biasCorrection: true },
    ...{ momentum: 0.95, adamwShare: 1 },
  };
  const optimizer = scope(() => retain(optimizers.get("adamw").make(slots, settings)));
  const units = [0, 3, 40].map((start) => [
    {
      ids: Int32Array.from({ length }, (_, at) => start + at),
      weights: new Float32Array(length).fill(1),
    },
  ]);
  const batch = collate(units, { padId: 0, padToMultiple: 1, maxLength: 64 });
  const step = new TrainingStep({ model, objective: supervised, slots, optimizer, maximumNorm: 1 });
  for (let at = 0; at < 5; at++)
    await step.run({ batches: [batch], learningRate: 0.01, seeds: [1] });
  step.dispose();
  dispose(optimizer.tensors());
}

/** A folder as Hugging Face lays it out, with drawn weights, and an adapter trained on them. */
async function makeFamily(name: string): Promise<void> {
  const [base, ours, out] = ["base", "ours", "theirs"].map((part) =>
    path.join(root, name, part),
  ) as [string, string, string];
  const config = { model_type: name, ...usual, ...families[name]?.config };
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(root, name, "config.json"), JSON.stringify(config));
  const model = await buildToy(config);
  const entries = entriesFor((await architectureOf(config)).recipe(config), model);
  await saveModel(base, { model, entries }, path.join(root, name));
  const attached = attachAdapter(
    model,
    "lora",
    { ...shape, targets: families[name]?.targets ?? ["all-linear"], blockCount: -1 },
    2,
  );
  await train(model);
  await saveAdapter(ours, model, attached, shape, { base, template: "auto" });
  const blocks = model.blockPath;
  dispose(model);
  made.set(name, { base, ours, out, blocks, peers: new Map() });
}

function askPeers(): void {
  const jobs = [...made].map(([name, { base, ours, out, blocks }]) => ({
    ...{ name, base, ours, out, peers: Object.keys(tools), blocks },
    targets: families[name]?.targets ?? "all-linear",
    ids: [ids.slice(0, length), ids.slice(length)],
  }));
  const file = path.join(root, "jobs.json");
  writeFileSync(file, JSON.stringify(jobs));
  const environment = { ...process.env, HF_HUB_OFFLINE: "1", TOKENIZERS_PARALLELISM: "false" };
  const options = { env: environment, maxBuffer: 1e8, stdio: ["ignore", "pipe", "pipe"] as never };
  const lines = execFileSync(python, [script, file], options).toString().trim().split("\n");
  for (const line of lines.filter((text) => text.startsWith("{"))) {
    const { name, logits, errors } = JSON.parse(line) as Answer;
    for (const [peer, error] of Object.entries(errors)) failed.set(`${name} ${peer}`, error);
    for (const peer of ["mlx", "peft"]) {
      if (logits[`of ${peer}`] === undefined) continue;
      const [base, ours, theirs] = [
        logits[`${peer} base`],
        logits[`ours in ${peer}`],
        logits[`of ${peer}`],
      ];
      made.get(name)?.peers.set(peer, { base, ours, theirs });
    }
  }
}

/** How far logits are from the model's own, of the largest. */
function apart(model: LanguageModel, logits: unknown): number {
  return scope(() => {
    const own = model.forward(int32(ids, [2, length]));
    return relativeDifference(float32((logits as number[][][]).flat(2), own.shape), own);
  });
}

beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  root = mkdtempSync(path.join(tmpdir(), "ft-families-"));
  for (const name of Object.keys(families)) await makeFamily(name);
  askPeers();
}, 600_000);

afterAll(() => {
  rmSync(root, { recursive: true });
  const head = "family (kind): base, ours loaded there, theirs loaded here; of the largest logit";
  process.stdout.write(`${[head, ...rows].join("\n")}\n`);
});

describe.each(Object.keys(families))("%s", (name) => {
  test.each(Object.entries(tools))("adapters cross over to %s and back", async (peer, theirs) => {
    const { base, ours, out, peers } = made.get(name) ?? {};
    const found = peers?.get(peer);
    if (base === undefined || ours === undefined || found === undefined)
      throw new RangeError(failed.get(`${name} ${peer}`) ?? `${peer} has computed nothing`);
    const plain = await load(base);
    const differences = [apart(plain, found.base)];
    expect(apart(plain, found.ours)).toBeGreaterThan(100 * tolerance);
    expect(apart(plain, found.theirs)).toBeGreaterThan(100 * tolerance);
    dispose(plain);
    for (const [folder, logits] of [
      [ours, found.ours],
      [path.join(out ?? "", theirs), found.theirs],
    ] as const) {
      const model = await load(base);
      await loadAdapter(folder, model);
      differences.push(apart(model, logits));
      dispose(model);
    }
    const told = differences.map((one) => one.toExponential(1)).join(", ");
    rows.push(`${name} (${families[name]?.kind}), ${peer}: ${told}`);
    expect(Math.max(...differences), told).toBeLessThanOrEqual(tolerance);
  });
});
