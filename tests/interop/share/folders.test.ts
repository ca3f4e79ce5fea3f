// What ft exports as folders is read by the tools it is for: transformers and mlx-lm give the logits that ft gives, with
// an adapter in the weights and without, and mlx is what mlx-lm itself writes.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attachAdapter, loadAdapter, saveAdapter } from "../../../src/adapters/index.ts";
import { exportModel, type ExportModelOptions } from "../../../src/app/share/export-model.ts";
import { type Trial, trials } from "../../../src/export/chat/trials.ts";
import { loadStoredModel } from "../../../src/models/index.ts";
import { dispose, float32, int32, scope } from "../../../src/mx/index.ts";
import { loadTokenizer, rendererOf, type TemplateSource } from "../../../src/text/index.ts";
import { openModelFolder } from "../../../src/weights/index.ts";
import { folderOfModels } from "../../parity/models/fixtures.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const root = mkdtempSync(path.join(tmpdir(), "ft-interop-share-"));
afterAll(() => rmSync(root, { recursive: true }));
const place = (name: string): string => path.join(root, name);

const ids = Array.from({ length: 13 }, (_, at) => (at * 11) % 40);

/** Name, fixture of a model, what mlx-lm makes of it. */
const dense = ["llama", "qwen2-tied", "gemma2", "gemma3_text", "phi3", "starcoder2", "cohere2"];

/** Of training; the model's files have another. */
const templates: Readonly<Record<string, TemplateSource>> = {
  chatml: { name: "chatml" },
  alpaca: { name: "alpaca" },
  llama: { name: "llama" },
  custom: { name: "custom", text: "{system}\nQ: {user}\nA: {assistant}\n" },
  jinja: {
    name: "jinja",
    text: "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}",
  },
};

const script = `
import json, sys
from pathlib import Path
root = Path(sys.argv[1]); ids = ${JSON.stringify(ids)}; result = {}
import mlx.core as mx
from mlx_lm import load
from mlx_lm.utils import load_model, save_model, quantize_model
mx.set_default_device(mx.cpu)
read = lambda folder: {k: v for file in sorted(folder.glob("model*.safetensors")) for k, v in mx.load(str(file)).items()}
same = lambda x, y: x.dtype == y.dtype and x.shape == y.shape and mx.array_equal(x, y).item()
for name, source, bits in json.loads((root / "cases.json").read_text()):
    model, config = load_model(Path(source))
    if bits: model, config = quantize_model(model, config, 64, bits)
    save_model(root / (name + "-theirs"), model)
    a, b = read(root / (name + "-theirs")), read(root / name)
    result[name] = sorted(set(a) ^ set(b)) + [k for k in a if k in b and not same(a[k], b[k])]
for name in ("toy-mlx", "toy-swift", "merged-mlx"):
    model, tokenizer = load(str(root / name))
    result[name] = model(mx.array([ids])).astype(mx.float32).tolist()
    result[name + " says"] = tokenizer.encode("Hello, world")
import torch, transformers
import peft
base = transformers.AutoModelForCausalLM.from_pretrained(root / "toy", dtype=torch.float32)
with torch.no_grad(): result["peft"] = peft.PeftModel.from_pretrained(base, root / "peft").eval()(torch.tensor([ids])).logits.tolist()
result["peft says"] = transformers.AutoTokenizer.from_pretrained(root / "peft").encode("Hello, world")
result["templates"] = {}
for name, conversations in json.loads((root / "templates.json").read_text()).items():
    tokenizer = transformers.AutoTokenizer.from_pretrained(root / name)
    result["templates"][name] = [tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False) for messages in conversations]
    result["templates"][name] += [tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False) for messages in conversations]
transformers.logging.set_verbosity_error()
for name in ("toy-hf", "merged-hf"):
    model = transformers.AutoModelForCausalLM.from_pretrained(root / name, dtype=torch.float32)
    with torch.no_grad(): result[name] = model(torch.tensor([ids])).logits.tolist()
    result[name + " says"] = transformers.AutoTokenizer.from_pretrained(root / name).encode("Hello, world")
print(json.dumps(result))
`;

/** Of ft, with an adapter or without. */
async function logitsOf(folder: string, adapter?: string): Promise<Float32Array> {
  const { model } = await loadStoredModel(await openModelFolder(folder), { dtype: "float32" });
  if (adapter !== undefined) await loadAdapter(adapter, model);
  try {
    return scope(() => model.forward(int32(ids, [1, ids.length])).toFloat32());
  } finally {
    dispose(model);
  }
}

/** An adapter that was given numbers and no training, so that it changes every logit. */
async function makeAdapter(
  folder: string,
  base: string,
  template: TemplateSource = { name: "auto" },
): Promise<void> {
  const { model } = await loadStoredModel(await openModelFolder(base));
  const shape = { rank: 4, scale: 2, dropout: 0 };
  const placement = { ...shape, targets: ["all-linear"], blockCount: -1 };
  const attached = attachAdapter(model, "lora", placement, 7);
  for (const slot of model.trainableSlots()) {
    const { shape: sizes } = slot.get();
    const count = sizes.reduce((all, one) => all * one, 1);
    const numbers = Float32Array.from({ length: count }, (_, at) => Math.sin(at + count) / 5);
    model.update(new Map([[slot.name, float32([...numbers], sizes)]]));
  }
  await saveAdapter(folder, model, attached, shape, {
    base,
    template: template.name,
    templateText: template.text,
  });
  dispose(model);
}

let results: Record<string, unknown>;
beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  const make = (format: string, model: string, name: string, more?: Partial<ExportModelOptions>) =>
    exportModel({ format, model, output: place(name), ...more });
  for (const name of dense) await make("mlx", path.join(folderOfModels, name), `mlx-${name}`);
  // as transformers 5 writes config.json, with the base of the angles where mlx-lm does not look for it
  const rope_parameters = { rope_type: "default", rope_theta: 500_000 };
  const config = { hidden_size: 64, intermediate_size: 128, rms_norm_eps: 1e-6, rope_parameters };
  const toy = await makeToyModel(place("toy"), { config });
  await make("mlx", toy, "toy-4bit", { quant: "4bit" });
  await make("mlx", toy, "toy-mlx");
  await make("mlx-swift", toy, "toy-swift");
  await make("hf", toy, "toy-hf", { shardSize: "30KB" });
  await makeAdapter(place("adapter"), toy);
  for (const [name, template] of Object.entries(templates)) {
    await makeAdapter(place(`adapter-${name}`), toy, template);
    await make("hf", place(`adapter-${name}`), `template-${name}`);
  }
  const asked = Object.keys(templates).map((name) => [`template-${name}`, trials]);
  writeFileSync(place("templates.json"), JSON.stringify(Object.fromEntries(asked)));
  await make("hf", place("adapter"), "merged-hf");
  await make("peft", place("adapter"), "peft");
  await make("mlx", toy, "merged-mlx", { adapter: place("adapter") });
  const cases = dense.map((name) => [`mlx-${name}`, path.join(folderOfModels, name), 0]);
  writeFileSync(place("cases.json"), JSON.stringify([...cases, ["toy-4bit", toy, 4]]));
  const env = { ...process.env, HF_HUB_OFFLINE: "1", TOKENIZERS_PARALLELISM: "false" };
  const printed = execFileSync(python, ["-c", script, root], { env, maxBuffer: 1e8 }).toString();
  results = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
}, 300_000);

test.each([...dense.map((name) => `mlx-${name}`), "toy-4bit"])(
  "%s has the names and bits that mlx-lm writes",
  (name) => {
    expect(results[name]).toEqual([]);
  },
);

/** Other libraries add up in another order: of the largest logit, as elsewhere between them. */
const tolerance = 1e-5;

test.each([
  ["toy-hf", false],
  ["toy-mlx", false],
  ["toy-swift", false],
  ["merged-hf", true],
  ["merged-mlx", true],
  ["peft", true],
])("%s gives the logits that ft gives, and its tokens", async (name, isAdapted) => {
  const own = await logitsOf(place("toy"), isAdapted ? place("adapter") : undefined);
  const theirs = (results[name] as number[][][]).flat(2);
  const largest = Math.max(...own.map(Math.abs));
  const apart = Math.max(...own.map((value, at) => Math.abs(value - (theirs[at] ?? Infinity))));
  expect(apart / largest).toBeLessThan(tolerance);
  const { model: vocabulary } = JSON.parse(
    readFileSync(path.join(place(name), "tokenizer.json"), "utf8"),
  ) as { model: { vocab: Record<string, number> } };
  const known = new Set(Object.values(vocabulary.vocab));
  expect((results[`${name} says`] as number[]).every((id) => known.has(id))).toBe(true);
});

test("the adapter changes the logits", async () => {
  const [bare, adapted] = [
    await logitsOf(place("toy")),
    await logitsOf(place("toy"), place("adapter")),
  ];
  expect(
    Math.max(...bare.map((value, at) => Math.abs(value - (adapted[at] ?? 0)))),
  ).toBeGreaterThan(0.1);
});

test.each(Object.entries(templates))(
  "the template of training, %s, goes along",
  async (name, template) => {
    const tokenizer = await loadTokenizer(place("toy"));
    const renderer = rendererOf(tokenizer, template);
    const found = (results["templates"] as Record<string, unknown[]>)[`template-${name}`] ?? [];
    expect(found.slice(0, trials.length)).toEqual(trials.map((one) => renderer.promptText(one)));
    // what looks like marks in a question is text in training alone
    const plain = trials.filter(
      (one) => !one.some(({ content }) => content.includes("<|im_end|>")),
    );
    const ids = found.slice(trials.length).filter((_, at) => plain.includes(trials[at] as Trial));
    expect(ids).toEqual(plain.map((one) => renderer.prompt(one)));
  },
);
