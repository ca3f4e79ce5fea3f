// --compat mlx-lm beside mlx_lm.lora itself: from the same weights and the same first adapter, over the same files, the
// loss of every iteration and every validation is the same. The configuration is one file of mlx-lm's, read by both.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { attachLora, saveAdapter } from "../../../src/adapters/index.ts";
import { loadRunConfig } from "../../../src/app/config/load.ts";
import { startRun } from "../../../src/app/train/train-run.ts";
import { loadStoredModel } from "../../../src/models/index.ts";
import { dispose } from "../../../src/mx/index.ts";
import { openModelFolder } from "../../../src/weights/index.ts";
import { chatRow, jsonLines } from "../../support/rows.ts";
import { makeToyModel } from "../../support/toy-model.ts";

/** Float32 on both sides, other orders of summing: over 50 steps the losses drift by some 1e-6 of their size. */
const tolerance = 1e-4;

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const iterations = 50;
let folder: string;
let model: string;
let data: string;

/** ChatML as most models ship it. */
const chatTemplate =
  "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}" +
  "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/** Runs a configuration through mlx_lm.lora and prints the losses that it reports. */
const script = `
import contextlib, json, sys, types
import mlx.core as mx
mx.set_default_device(mx.cpu)
import yaml
from mlx_lm import lora
from mlx_lm.tuner.trainer import TrainingCallback
losses, validations = [], []
class Record(TrainingCallback):
    def on_train_loss_report(self, info): losses.append([info["train_loss"], info["trained_tokens"]])
    def on_val_loss_report(self, info): validations.append([info["iteration"], info["val_loss"]])
args = {**lora.CONFIG_DEFAULTS, **yaml.load(open(sys.argv[1]), lora.yaml_loader)}
lora.get_reporting_callbacks = lambda *a, **k: Record()
with contextlib.redirect_stdout(sys.stderr):
    lora.run(types.SimpleNamespace(**args), None)
print(json.dumps({"losses": losses, "validations": validations}))
`;

interface Seen {
  /** Loss, and tokens learned until then. */
  losses: [number, number][];
  validations: [iteration: number, loss: number][];
}

/** Some longer than the cut, some with more fields than others. */
function rows(count: number, from: number): object[] {
  return Array.from({ length: count }, (_, at) => {
    const number = from + at;
    const words = "and then some more ".repeat((number * 7) % 5);
    const row = chatRow(
      `What is ${number} plus one${words}?`,
      `It is ${number + 1}, ${words}of course.`,
    );
    return number % 3 === 0 ? { ...row, note: "another field" } : row;
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ft-mlx-lm-"));
  model = await makeToyModel(join(folder, "model"), {
    config: { num_hidden_layers: 3, rms_norm_eps: 1e-5, rope_theta: 10_000 },
  });
  writeFileSync(join(model, "chat_template.jinja"), chatTemplate);
  data = join(folder, "data");
  mkdirSync(data);
  writeFileSync(join(data, "train.jsonl"), jsonLines(rows(26, 0)));
  writeFileSync(join(data, "valid.jsonl"), jsonLines(rows(9, 100)));
  const adapter = join(folder, "adapter");
  const someKeys = join(folder, "some-keys");
  await writeAdapter(adapter, ["all-linear"], -1);
  await writeAdapter(someKeys, keys, 2);
});

/** Where a run starts: mlx-lm draws its own from other numbers than ft. */
async function writeAdapter(to: string, targets: string[], blockCount: number): Promise<void> {
  const { model: loaded } = await loadStoredModel(await openModelFolder(model));
  const shape = { rank: 4, scale: 10, dropout: 0 };
  const attached = attachLora(loaded, { ...shape, targets, blockCount }, 5);
  await saveAdapter(to, loaded, attached, shape, { base: model, template: "auto" });
  dispose(loaded);
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function theirs(file: string): Seen {
  const environment = { ...process.env, HF_HUB_OFFLINE: "1", TOKENIZERS_PARALLELISM: "false" };
  const printed = execFileSync(python, ["-c", script, file], { env: environment, maxBuffer: 1e8 });
  return JSON.parse(printed.toString().trim().split("\n").at(-1) ?? "") as Seen;
}

async function ours(file: string, output: string): Promise<Seen> {
  const flags = { values: { output_dir: output }, originOf: () => "flag:--output" };
  const resolved = loadRunConfig({ configFile: file, flags, environment: {} });
  const seen: Seen = { losses: [], validations: [] };
  await startRun(resolved, {
    isolate: false,
    onEvent: (event) => {
      if (event.type === "step-reported")
        seen.losses.push([event.trainLoss ?? Number.NaN, event.supervisedTokens]);
      if (event.type === "evaluation-finished")
        seen.validations.push([event.step, event.validationLoss]);
    },
  });
  return seen;
}

const keys = ["self_attn.q_proj", "mlp.down_proj"];
const lora = { rank: 4, scale: 10, dropout: 0 };

const trials: [name: string, settings: Record<string, unknown>][] = [
  ["lora with adam", {}],
  ["the prompt masked", { mask_prompt: true }],
  [
    "adamw and a cosine schedule with warm-up",
    {
      optimizer: "adamw",
      lr_schedule: {
        name: "cosine_decay",
        arguments: [1e-3, 60, 1e-5],
        warmup: 7,
        warmup_init: 1e-5,
      },
    },
  ],
  ["three iterations an update", { grad_accumulation_steps: 3, optimizer: "adamw" }],
  ["muon", { optimizer: "muon", learning_rate: 1e-3 }],
  ["adafactor", { optimizer: "adafactor", learning_rate: 1e-3 }],
  [
    "adafactor at a rate of its own",
    {
      optimizer: "adafactor",
      learning_rate: 1e-3,
      optimizer_config: { adafactor: { relative_step: false, scale_parameter: false } },
    },
  ],
  [
    "sgd with momentum",
    {
      optimizer: "sgd",
      learning_rate: 0.002,
      optimizer_config: { sgd: { momentum: 0.8 } },
    },
  ],
  [
    "adam with bias correction and other betas",
    {
      optimizer_config: { adam: { betas: [0.8, 0.95], bias_correction: true } },
    },
  ],
  [
    "rows cut, recomputed, a batch of one",
    { max_seq_length: 40, grad_checkpoint: true, batch_size: 1 },
  ],
  [
    "some keys in the last two blocks",
    {
      num_layers: 2,
      resume_adapter_file: "some-keys/adapters.safetensors",
      lora_parameters: { ...lora, keys },
    },
  ],
];

test.skipIf(python === "")("there is a Python with mlx-lm", () => {
  expect(python).not.toBe("");
});

test.skipIf(python === "").each(trials)("%s", async (name, settings) => {
  const id = name.replaceAll(/\W+/g, "-");
  const file = join(folder, `${id}.yaml`);
  const config = {
    ...{ model, data, train: true, fine_tune_type: "lora", num_layers: 3, batch_size: 4 },
    ...{ iters: iterations, learning_rate: 1e-3, steps_per_report: 1, steps_per_eval: 20 },
    ...{ val_batches: 2, save_every: 1000, max_seq_length: 256, seed: 3, lora_parameters: lora },
    resume_adapter_file: "adapter/adapters.safetensors",
    adapter_path: join(folder, `${id}-theirs`),
    ...settings,
  };
  config.resume_adapter_file = join(folder, config.resume_adapter_file);
  writeFileSync(file, stringify(config));
  const expected = theirs(file);
  const seen = await ours(file, join(folder, `${id}-ours`));
  expect(expected.losses).toHaveLength(iterations);
  const apart = seen.losses.map(([loss], at) => {
    const [other = Number.NaN] = expected.losses[at] ?? [];
    return Math.abs(loss - other) / other;
  });
  expect(seen.losses.map(([, tokens]) => tokens)).toEqual(
    expected.losses.map(([, tokens]) => tokens),
  );
  expect(Math.max(...apart)).toBeLessThan(tolerance);
  expect(seen.validations.map(([step]) => step)).toEqual(
    expected.validations.map(([step]) => step),
  );
  for (const [at, [, loss]] of seen.validations.entries()) {
    const [, other = Number.NaN] = expected.validations[at] ?? [];
    expect(Math.abs(loss - other) / other).toBeLessThan(tolerance);
  }
});
