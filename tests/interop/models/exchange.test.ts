// Adapters and whole models cross over: what ft wrote mlx-lm and transformers load, what mlx-lm trained ft loads.
// Logits decide. Whether ft trains as mlx-lm does is another comparison.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attachAdapter, loadAdapter, saveAdapter } from "../../../src/adapters/index.ts";
import { collate } from "../../../src/data/index.ts";
import { saveModel } from "../../../src/export/model-folder.ts";
import {
  type LanguageModel,
  loadStoredModel,
  type LoadedModel,
} from "../../../src/models/index.ts";
import { dispose, float32, int32, retain, scope } from "../../../src/mx/index.ts";
import { optimizers } from "../../../src/nn/index.ts";
import { supervised } from "../../../src/train/objectives/supervised.ts";
import { TrainingStep } from "../../../src/train/step.ts";
import { openModelFolder } from "../../../src/weights/index.ts";
import { folderOfModels, relativeDifference } from "../../parity/models/fixtures.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

/**
 * Of the largest logit. Between libraries tiny models agree to 1.4e-6; after training, larger activations and the
 * update's extra sums leave a margin of some tens.
 */
const tolerance = 1e-4;

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const length = 13;
const ids = Array.from({ length: 2 * length }, (_, at) => (at * 11) % 90);

/** Runs Python and gives what it printed last, as JSON. `ids` and `json` are defined for the script. */
function run(script: string, ...args: string[]): unknown {
  const head = `import json, sys\nids = [${ids.slice(0, length).join()}], [${ids.slice(length).join()}]\n`;
  const environment = { ...process.env, HF_HUB_OFFLINE: "1", TOKENIZERS_PARALLELISM: "false" };
  const printed = execFileSync(python, ["-c", head + script, ...args], {
    env: environment,
    maxBuffer: 1e8,
  });
  return JSON.parse(printed.toString().trim().split("\n").at(-1) ?? "");
}

/** [difference from ft's logits over the largest of them]. */
function differenceFrom(model: LanguageModel, logits: unknown): number {
  return scope(() => {
    const own = model.forward(int32(ids, [2, length]));
    return relativeDifference(float32((logits as number[][][]).flat(2), own.shape), own);
  });
}

const mlxLogits = `
import mlx.core as mx
from pathlib import Path
from mlx_lm.utils import load_model, load_adapters
mx.set_default_device(mx.cpu)
model, _ = load_model(Path(sys.argv[1]))
if len(sys.argv) > 2:
    model = load_adapters(model, sys.argv[2])
model.eval()
print(json.dumps(model(mx.array(ids)).astype(mx.float32).tolist()))
`;

const transformersLogits = `
import torch
from transformers import AutoModelForCausalLM
model, report = AutoModelForCausalLM.from_pretrained(
    sys.argv[1], dtype=torch.float32, output_loading_info=True)
assert not report["missing_keys"] and not report["unexpected_keys"], report
print(json.dumps(model.eval()(input_ids=torch.tensor(ids)).logits.tolist()))
`;

const gpt2Config = {
  model_type: "gpt2",
  n_embd: 32,
  n_head: 4,
  n_layer: 2,
  n_positions: 128,
  n_ctx: 128,
  layer_norm_epsilon: 1e-5,
};

/** Trains what is trainable on counting upwards, for a few steps at a rate that shows. */
async function train(model: LanguageModel): Promise<void> {
  const slots = model.trainableSlots().map((slot) => Object.assign(slot, { isHidden: false }));
  const settings = {
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    weightDecay: 0.01,
    biasCorrection: true,
    momentum: 0.95,
    adamwShare: 1,
  };
  const optimizer = scope(() => retain(optimizers.get("adamw").make(slots, settings)));
  const rows = [0, 3, 40].map((start) => [
    {
      ids: Int32Array.from({ length: 12 }, (_, at) => start + at),
      weights: new Float32Array(12).fill(1),
    },
  ]);
  const batch = collate(rows, { padId: 0, padToMultiple: 1, maxLength: 64 });
  const step = new TrainingStep({ model, objective: supervised, slots, optimizer, maximumNorm: 1 });
  const losses: number[] = [];
  for (let at = 0; at < 8; at++) {
    const taken = await step.run({ batches: [batch], learningRate: 0.01, seeds: [1] });
    losses.push(taken?.loss ?? Number.NaN);
  }
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  dispose(optimizer.tensors());
}

async function load(folder: string): Promise<LoadedModel> {
  return loadStoredModel(await openModelFolder(folder), { dtype: "float32" });
}

let root: string;
beforeAll(() => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  root = mkdtempSync(path.join(tmpdir(), "ft-interop-models-"));
});
afterAll(() => rmSync(root, { recursive: true }));

describe.each([
  ["llama", { rms_norm_eps: 1e-5 }],
  ["gpt2", gpt2Config],
])("adapters of %s", (name, config) => {
  const shape = { rank: 4, scale: 3, dropout: 0.05 };
  let base: string;

  beforeAll(async () => {
    base = await makeToyModel(path.join(root, name), { config });
  });

  test("the base model is the same in both", async () => {
    const { model } = await load(base);
    expect(differenceFrom(model, run(mlxLogits, base))).toBeLessThanOrEqual(tolerance);
    dispose(model);
  });

  test.each([
    ["lora", "on every block", -1],
    ["lora", "on the last block", 1],
    ["dora", "on every block", -1],
  ])("%s trained by ft %s, loaded by mlx-lm", async (kind, _, blockCount) => {
    const { model } = await load(base);
    const placement = { ...shape, targets: ["all-linear"], blockCount };
    const attached = attachAdapter(model, kind, placement, 2);
    await train(model);
    const folder = path.join(root, `${name}-ours-${kind}-${blockCount}`);
    const template = { template: "custom", templateText: "Q: {user} A: {assistant}" };
    const origin = { base, baseDigest: "0".repeat(64), ...template };
    await saveAdapter(folder, model, attached, shape, origin);
    expect(differenceFrom(model, run(mlxLogits, base, folder))).toBeLessThanOrEqual(tolerance);
    expect(differenceFrom(model, run(mlxLogits, base))).toBeGreaterThan(100 * tolerance);
    dispose(model);
  });

  test.each(["lora", "dora"])("%s trained by mlx-lm's own command, loaded by ft", async (kind) => {
    const data = path.join(root, `${name}-data`);
    mkdirSync(data, { recursive: true });
    const rows = Array.from({ length: 8 }, (_, at) => ({ text: `${at} and one is ${at + 1}` }));
    for (const part of ["train", "valid"]) writeRows(path.join(data, `${part}.jsonl`), rows);
    const folder = path.join(root, `${name}-theirs-${kind}`);
    const flags = `--train --fine-tune-type ${kind} --num-layers 2 --iters 6 --batch-size 2
      --learning-rate 1e-2 --max-seq-length 64 --val-batches 1`.split(/\s+/);
    const places = ["--model", base, "--data", data, "--adapter-path", folder];
    execFileSync(python, ["-m", "mlx_lm", "lora", ...places, ...flags], { stdio: "pipe" });
    const { model } = await load(base);
    const before = run(mlxLogits, base);
    await loadAdapter(folder, model);
    expect(differenceFrom(model, run(mlxLogits, base, folder))).toBeLessThanOrEqual(tolerance);
    expect(differenceFrom(model, before)).toBeGreaterThan(100 * tolerance);
    dispose(model);
  });
});

/** PyTorch is not among the installed peers (gigabytes); with an own Python that has it, it is compared too. */
function hasTorch(): boolean {
  try {
    execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.each(["llama", "llama-biased-tied", "gpt2", "gpt2-bare"])("%s trained in full", (name) => {
  let folder: string;
  let loaded: LoadedModel;

  beforeAll(async () => {
    const source = path.join(folderOfModels, name);
    loaded = await load(source);
    await train(loaded.model);
    folder = path.join(root, `${name}-full`);
    await saveModel(folder, loaded, source);
  });
  afterAll(() => dispose(loaded.model));

  test.runIf(hasTorch())("is loaded by transformers, if there is a PyTorch", () => {
    const theirs = run(transformersLogits, folder);
    expect(differenceFrom(loaded.model, theirs)).toBeLessThanOrEqual(tolerance);
  });

  // mlx-lm's GPT-2 reads neither the "transformer." prefix nor a config without n_ctx.
  test.runIf(name.startsWith("llama"))("is loaded by mlx-lm", () => {
    expect(differenceFrom(loaded.model, run(mlxLogits, folder))).toBeLessThanOrEqual(tolerance);
  });
});
