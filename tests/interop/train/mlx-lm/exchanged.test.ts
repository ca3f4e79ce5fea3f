// What a run leaves is the other tool's to go on with: ft's results give the same logits in mlx-lm, and weights that
// mlx_lm.lora wrote are where ft begins (resume_adapter_file), for LoRA, DoRA and full fine-tuning.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadAdapter } from "../../../../src/adapters/index.ts";
import { loadStoredModel } from "../../../../src/models/index.ts";
import { dispose, float32, int32, scope } from "../../../../src/mx/index.ts";
import { openModelFolder } from "../../../../src/weights/index.ts";
import { relativeDifference } from "../../../parity/models/fixtures.ts";
import { Bench, python } from "./beside.ts";

/** Of the largest logit: the same numbers in other orders of summing. */
const logitsTolerance = 1e-5;

const kinds = ["lora", "dora", "full"];
const bases = ["llama", "gpt2"];
const trials = bases.flatMap((base) => kinds.map((kind): [string, string] => [base, kind]));

const ids = Array.from({ length: 24 }, (_, at) => (at * 11) % 90);

const logits = `
import json, sys
from pathlib import Path
import mlx.core as mx
mx.set_default_device(mx.cpu)
from mlx_lm.utils import load_model, load_adapters
model, _ = load_model(Path(sys.argv[1]))
if len(sys.argv) > 3: model = load_adapters(model, sys.argv[3])
model.eval()
print(json.dumps(model(mx.array(json.loads(sys.argv[2]))[None]).tolist()))
`;

const gpt2Config = {
  ...{ model_type: "gpt2", n_embd: 32, n_head: 4, n_layer: 3, n_positions: 256, n_ctx: 256 },
  layer_norm_epsilon: 1e-5,
};

const bench = new Bench();
let expected: ReturnType<Bench["theirs"]>;
const first = (base: string, kind: string): string => `${base} ${kind}, first`;
const then = (base: string, kind: string): string => `${base} ${kind}, gone on with`;

beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  const llama = { num_hidden_layers: 3, rms_norm_eps: 1e-5, rope_theta: 10_000 };
  await bench.model("llama", { config: llama });
  await bench.model("gpt2", { config: gpt2Config });
  bench.data();
  const short = { iters: 20, save_every: 10, num_layers: 2, optimizer: "adamw", mask_prompt: true };
  const names = trials.flatMap(([base, kind]) => {
    const settings = { ...short, model: bench.path(base), fine_tune_type: kind };
    bench.config(first(base, kind), settings);
    // A checkpoint from the middle, which lies beside the last one.
    const start = join(bench.theirOutput(first(base, kind)), "0000010_adapters.safetensors");
    bench.config(then(base, kind), { ...settings, seed: 4, resume_adapter_file: start });
    return [first(base, kind), then(base, kind)];
  });
  expected = bench.theirs(names);
});
afterAll(() => bench.close());

test.each(trials)("%s, %s: goes on from a checkpoint of mlx_lm.lora's", async (base, kind) => {
  const name = then(base, kind);
  expect(existsSync(join(bench.theirOutput(name), "adapters.safetensors"))).toBe(true);
  bench.compare(name, await bench.ours(name), expected.get(name));
});

test.each(trials)("%s, %s: the result gives the same logits in mlx-lm", async (base, kind) => {
  const result = join(bench.output(then(base, kind)), "final_model");
  const isWhole = kind === "full";
  const folder = isWhole ? result : bench.path(base);
  const args = [folder, JSON.stringify(ids), ...(isWhole ? [] : [result])];
  const printed = execFileSync(python, ["-c", logits, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const theirs = (JSON.parse(printed.toString()) as number[][][]).flat(2);
  const { model } = await loadStoredModel(await openModelFolder(folder));
  if (!isWhole) await loadAdapter(result, model);
  const apart = scope(() => {
    const own = model.forward(int32(ids, [1, ids.length]));
    return relativeDifference(float32(theirs, own.shape), own);
  });
  dispose(model);
  expect(apart).toBeLessThan(logitsTolerance);
});
