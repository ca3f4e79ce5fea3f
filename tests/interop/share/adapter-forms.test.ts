// Adapters in mlx-lm's form and in PEFT's, each loaded by its own program and by ft: the largest difference of a logit.
// And merged models in transformers and mlx-lm. The table is printed.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { convertAdapter } from "../../../src/app/share/adapter-commands.ts";
import { mergeModel } from "../../../src/app/share/merge-model.ts";
import { saveModel } from "../../../src/export/model-folder.ts";
import { loadModel } from "../../../src/generate/load-model.ts";
import { architectureOf, entriesFor, loadStoredModel } from "../../../src/models/index.ts";
import { dispose } from "../../../src/mx/index.ts";
import { openModelFolder } from "../../../src/weights/index.ts";
import { drawnAdapter, type DrawnOptions } from "../../support/drawn-adapter.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const script = path.join(import.meta.dirname, "adapter_forms.py");
const ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];

/** Of a logit, all of them below 30: float32 sums of two layers, and an adapter's. */
const tolerance = 1e-5;

const moe = {
  ...{ model_type: "qwen3_moe", head_dim: 8, num_experts: 4, num_experts_per_tok: 2 },
  ...{ moe_intermediate_size: 24, norm_topk_prob: true, decoder_sparse_step: 1 },
  ...{ mlp_only_layers: [], tie_word_embeddings: false },
};
/** What mlx-lm asks for, and others have defaults of their own for. */
const told = { rms_norm_eps: 1e-6, rope_theta: 10_000 };
const bases: Record<string, Record<string, unknown>> = {
  tied: told,
  untied: { ...told, tie_word_embeddings: false },
  moe: { ...told, ...moe },
};

interface Ours {
  base: string;
  options: DrawnOptions;
}

const attention = ["q_proj", "v_proj", "down_proj"];
const ours: Record<string, Ours> = {
  lora: { base: "untied", options: { targets: attention } },
  "lora, last block": { base: "untied", options: { targets: attention, blockCount: 1 } },
  dora: { base: "untied", options: { targets: attention, kind: "dora" } },
  "embedding and head": { base: "untied", options: { targets: ["embed_tokens", "lm_head"] } },
  "embedding, tied": { base: "tied", options: { targets: ["embed_tokens", "q_proj"] } },
  experts: {
    base: "moe",
    options: { targets: ["q_proj", "gate", "gate_proj", "up_proj", "down_proj"] },
  },
};

interface Theirs {
  base: string;
  make: Record<string, unknown>;
}

const usual = { r: 4, lora_alpha: 8, lora_dropout: 0, target_modules: attention };
const theirs: Record<string, Theirs> = {
  lora: { base: "untied", make: usual },
  rsLoRA: { base: "untied", make: { ...usual, use_rslora: true } },
  dora: { base: "untied", make: { ...usual, use_dora: true } },
  patterns: {
    base: "untied",
    make: { ...usual, rank_pattern: { q_proj: 2 }, alpha_pattern: { "layers.1.*down_proj": 3 } },
  },
  "one layer": { base: "untied", make: { ...usual, layers_to_transform: [1] } },
  "embedding alone, tied": { base: "tied", make: { ...usual, target_modules: ["embed_tokens"] } },
  "head and embedding tied": {
    base: "tied",
    make: { ...usual, target_modules: ["embed_tokens", "q_proj"], ensure_weight_tying: true },
  },
  "head whole": { base: "untied", make: { ...usual, modules_to_save: ["lm_head"] } },
  experts: {
    base: "moe",
    make: {
      ...{ ...usual, target_modules: ["q_proj"] },
      target_parameters: ["mlp.experts.gate_up_proj", "mlp.experts.down_proj", "mlp.gate.weight"],
    },
  },
};

let root: string;
const at = (name: string): string => path.join(root, name.replaceAll(/[ ,]+/g, "-"));
const found = new Map<string, number[][]>();
const errors = new Map<string, string>();
const rows: string[] = [];

function ask(jobs: readonly object[]): void {
  const file = at("jobs.json");
  writeFileSync(file, JSON.stringify(jobs.map((job) => ({ ids, ...job }))));
  const env = { ...process.env, HF_HUB_OFFLINE: "1", TOKENIZERS_PARALLELISM: "false" };
  const options = { env, maxBuffer: 1e8, stdio: ["ignore", "pipe", "pipe"] as never };
  const lines = execFileSync(python, [script, file], options).toString().trim().split("\n");
  for (const line of lines.filter((text) => text.startsWith("{"))) {
    const { name, logits, error } = JSON.parse(line) as {
      name: string;
      logits?: number[][];
      error?: string;
    };
    if (logits === undefined) errors.set(name, error ?? "");
    else found.set(name, logits);
  }
}

async function logitsOf(name: string, adapter?: string): Promise<Float32Array> {
  const model = await loadModel(name, { dtype: "float32", ...(adapter && { adapter }) });
  const { data } = model.forward(ids);
  model.dispose();
  return data;
}

function apart(one: Float32Array, name: string): number {
  const other = found.get(name)?.flat();
  if (other === undefined) throw new Error(errors.get(name) ?? `nothing was computed for ${name}`);
  expect(other).toHaveLength(one.length);
  return one.reduce(
    (most, value, place) => Math.max(most, Math.abs(value - (other[place] ?? 0))),
    0,
  );
}

/** As it would be published: transformers knows experts under no other names. */
async function makeBase(name: string, config: Record<string, unknown>): Promise<void> {
  const drawn = await makeToyModel(at(`drawn ${name}`), { config });
  const { model, config: whole } = await loadStoredModel(await openModelFolder(drawn));
  const entries = entriesFor((await architectureOf(whole)).recipe(whole), model);
  await saveModel(at(name), { model, entries }, drawn);
  dispose(model);
}

beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  root = mkdtempSync(path.join(tmpdir(), "ft-forms-"));
  for (const [name, config] of Object.entries(bases)) await makeBase(name, config);
  const jobs: object[] = [];
  for (const [name, { base, options }] of Object.entries(ours)) {
    await drawnAdapter(await openModelFolder(at(base)), at(`ours ${name}`), {
      ...options,
      deviation: 0.2,
    });
    await convertAdapter(at(`ours ${name}`), { output: at(`peft ${name}`), to: "peft" });
    const on = { base: at(base) };
    jobs.push({ ...on, name: `${name} in mlx`, in: "mlx", adapter: at(`ours ${name}`) });
    jobs.push({ ...on, name: `${name} in peft`, in: "peft", adapter: at(`peft ${name}`) });
  }
  for (const [name, { base, make }] of Object.entries(theirs)) {
    const adapter = at(`theirs ${name}`);
    jobs.push({ base: at(base), name: `theirs ${name}`, in: "peft", adapter, make });
  }
  await mergeModel({ adapter: at("ours lora"), output: at("merged"), dtype: "float32" });
  jobs.push({ name: "merged in transformers", in: "transformers", base: at("merged") });
  jobs.push({ name: "merged in mlx", in: "mlx", base: at("merged"), adapter: null });
  ask(jobs);
  const back = Object.entries(theirs).filter(([name]) => !/alone|whole/.test(name));
  for (const [name, { base }] of back)
    await convertAdapter(at(`theirs ${name}`), {
      ...{ output: at(`back ${name}`), to: "mlx", baseModel: at(base) },
    });
  ask(
    back.map(([name, { base }]) => ({
      ...{ name: `back ${name}`, in: "mlx", base: at(base), adapter: at(`back ${name}`) },
    })),
  );
}, 600_000);

afterAll(() => {
  rmSync(root, { recursive: true });
  process.stdout.write(`${["adapter: largest difference of a logit", ...rows].join("\n")}\n`);
});

function expectSame(what: string, difference: number): void {
  rows.push(`${what}: ${difference.toExponential(1)}`);
  expect(difference, what).toBeLessThanOrEqual(tolerance);
}

test.each(Object.keys(ours))("ours, %s, in mlx-lm and converted in PEFT", async (name) => {
  const base = at(ours[name]?.base ?? "");
  const logits = await logitsOf(base, at(`ours ${name}`));
  expectSame(`ours, ${name}, mlx-lm`, apart(logits, `${name} in mlx`));
  expectSame(`ours, ${name}, PEFT`, apart(logits, `${name} in peft`));
});

test.each(Object.keys(theirs))("PEFT's, %s, here and converted in mlx-lm", async (name) => {
  const base = at(theirs[name]?.base ?? "");
  const logits = await logitsOf(base, at(`theirs ${name}`));
  expect(apart(await logitsOf(base), `theirs ${name}`)).toBeGreaterThan(100 * tolerance);
  expectSame(`PEFT's, ${name}, here`, apart(logits, `theirs ${name}`));
  if (!/alone|whole/.test(name))
    expectSame(`PEFT's, ${name}, mlx-lm`, apart(logits, `back ${name}`));
});

test.each(["transformers", "mlx"])("a merged model in %s", async (peer) => {
  expectSame(`merged, ${peer}`, apart(await logitsOf(at("merged")), `merged in ${peer}`));
});
