// Adapters on disk: what comes back is what was saved, in mlx-lm's names, and wrong files are refused.
// Whether mlx-lm itself reads them is tests/interop's question.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type AdapterOrigin,
  attachAdapter,
  attachLora,
  loadAdapter,
  type LoadedAdapter,
  loadAdapterWeights,
  saveAdapter,
} from "../../../src/adapters/index.ts";
import { FtError } from "../../../src/core/errors.ts";
import type { LanguageModel } from "../../../src/models/index.ts";
import {
  carry,
  dispose,
  evaluate,
  float32,
  liveTensors,
  normal,
  randomKey,
  scope,
} from "../../../src/mx/index.ts";
import { loadTensorFile, saveTensors } from "../../../src/weights/index.ts";
import { bitsOf } from "../../parity/models/fixtures.ts";
import { rejection } from "../../support/refusal.ts";
import { someIds, tinyLlama } from "./tiny-llama.ts";

const shape = { rank: 3, scale: 2.5, dropout: 0.1 };
const weights = "adapters.safetensors";
const config = "adapter_config.json";
let root: string;
let folder: string;
let wanted: string[];

function logits(model: LanguageModel): string[] {
  return scope(() => bitsOf(model.forward(someIds())));
}

/** A model whose adapter differs from its start in both factors. */
async function trainedModel(): Promise<LanguageModel> {
  const model = await tinyLlama();
  const placement = { ...shape, targets: ["q_proj", "down_proj"], blockCount: 1 };
  const attached = attachLora(model, placement, 1);
  carry(model, () => {
    for (const slot of model.trainableSlots())
      slot.set(normal(0, 0.3, slot.get().shape, randomKey(8)));
    evaluate([...model.tensors()]);
  });
  await saveAdapter(folder, model, attached, shape, { base: "org/base", template: "auto" });
  return model;
}

function rewrite(change: (config: Record<string, unknown>) => unknown): void {
  const file = path.join(folder, config);
  const parsed = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify(change(parsed)));
}

/** Why the adapter's folder is refused, for a model that is gone again. */
async function refusal(): Promise<FtError> {
  const model = await tinyLlama();
  const loading = loadAdapter(folder, model).finally(() => dispose(model));
  return rejection(loading, FtError);
}

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "ft-adapter-"));
});
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(async () => {
  folder = mkdtempSync(path.join(root, "one-"));
  const model = await trainedModel();
  wanted = logits(model);
  dispose(model);
});

test("loaded into a fresh model, the logits are the same bits", async () => {
  const model = await tinyLlama();
  expect(logits(model)).not.toEqual(wanted);
  const attached = await loadAdapter(folder, model);
  expect(attached.paths).toEqual([
    "model.layers.1.self_attn.q_proj",
    "model.layers.1.mlp.down_proj",
  ]);
  expect(logits(model)).toEqual(wanted);
  dispose(model);
});

test("the two files are mlx-lm's", async () => {
  expect(JSON.parse(readFileSync(path.join(folder, config), "utf8"))).toEqual({
    fine_tune_type: "lora",
    model: "org/base",
    template: "auto",
    num_layers: 1,
    lora_parameters: { ...shape, keys: ["self_attn.q_proj", "mlp.down_proj"] },
  });
  const { tensors, metadata } = await loadTensorFile(path.join(folder, weights));
  const shapes = [...tensors].map(([name, tensor]) => [name, tensor.shape, tensor.dtype]);
  expect(shapes.toSorted()).toEqual([
    ["model.layers.1.mlp.down_proj.lora_a", [24, 3], "float32"],
    ["model.layers.1.mlp.down_proj.lora_b", [3, 16], "float32"],
    ["model.layers.1.self_attn.q_proj.lora_a", [16, 3], "float32"],
    ["model.layers.1.self_attn.q_proj.lora_b", [3, 16], "float32"],
  ]);
  expect(metadata).toEqual({ format: "mlx" });
});

test("an adapter of another kind comes back as that kind, with the same bits", async () => {
  const [model, again] = [await tinyLlama(), await tinyLlama()];
  const placement = { ...shape, targets: ["q_proj"], blockCount: -1 };
  const attached = attachAdapter(model, "dora", placement, 1);
  carry(model, () => {
    for (const slot of model.trainableSlots())
      slot.set(normal(0.5, 0.3, slot.get().shape, randomKey(8)));
    evaluate([...model.tensors()]);
  });
  await saveAdapter(folder, model, attached, shape, { base: "org/base", template: "auto" });
  expect(JSON.parse(readFileSync(path.join(folder, config), "utf8"))).toMatchObject({
    fine_tune_type: "dora",
  });
  const { tensors } = await loadTensorFile(path.join(folder, weights));
  const names = [...tensors.keys()].filter((name) => name.includes(".0."));
  const prefix = "model.layers.0.self_attn.q_proj";
  expect(names.toSorted()).toEqual(["lora_a", "lora_b", "m"].map((name) => `${prefix}.${name}`));
  expect((await loadAdapter(folder, again)).kind).toBe("dora");
  expect(logits(again)).toEqual(logits(model));
  dispose([model, again]);
});

test("saving again writes the same bytes", async () => {
  const before = readFileSync(path.join(folder, weights));
  dispose(await trainedModel());
  expect(readFileSync(path.join(folder, weights)).equals(before)).toBe(true);
});

test("nothing is left behind, whether loading succeeds or fails", async () => {
  const before = liveTensors();
  const model = await tinyLlama();
  await loadAdapter(folder, model);
  expect(liveTensors()).toBe(before + [...model.tensors()].length);
  dispose(model);
  expect(liveTensors()).toBe(before);
  await saveOther("model.norm.weight", 16);
  const start = liveTensors();
  await refusal();
  // The refused model keeps the adapter it had attached, and is disposed with it.
  expect(liveTensors()).toBe(start);
});

/** Adds a tensor to the adapter's file. */
async function saveOther(name: string, size: number): Promise<void> {
  const { tensors } = await loadTensorFile(path.join(folder, weights));
  const extra = float32(new Float32Array(size));
  await saveTensors(path.join(folder, weights), new Map([...tensors, [name, extra]]));
  dispose([...tensors.values(), extra]);
}

describe("where an adapter comes from", () => {
  const digest = "a".repeat(64);

  async function loadedWith(
    origin: AdapterOrigin,
    baseDigest: string,
  ): Promise<Pick<LoadedAdapter, "template" | "warnings">> {
    const [model, again] = [await tinyLlama(), await tinyLlama()];
    const attached = attachLora(model, { ...shape, targets: ["q_proj"], blockCount: -1 }, 1);
    await saveAdapter(folder, model, attached, shape, origin);
    const { template, warnings } = await loadAdapter(folder, again, { digest: baseDigest });
    dispose([model, again]);
    return { template, warnings };
  }

  test("its template is kept with the text", async () => {
    const origin = { base: "org/base", baseDigest: digest };
    const text = "Q: {user} A: {assistant}";
    const given = await loadedWith({ ...origin, template: "custom", templateText: text }, digest);
    expect(given).toEqual({ template: { name: "custom", text }, warnings: [] });
    const named = await loadedWith({ ...origin, template: "auto" }, digest);
    expect(named).toEqual({ template: { name: "auto" }, warnings: [] });
  });

  test("another base that fits is told; one that says nothing of its base is not", async () => {
    const origin = { base: "org/base", template: "auto" };
    const { warnings } = await loadedWith({ ...origin, baseDigest: digest }, "b".repeat(64));
    expect(warnings).toEqual([expect.stringContaining("another model (org/base) than this one")]);
    expect((await loadedWith(origin, digest)).warnings).toEqual([]);
  });
});

describe("files as mlx-lm writes them", () => {
  test.each([0, -1])("num_layers %i means all blocks", async (count) => {
    const model = await tinyLlama();
    const attached = attachLora(model, { ...shape, targets: ["q_proj"], blockCount: -1 }, 1);
    await saveAdapter(folder, model, attached, shape, { base: "org/base", template: "auto" });
    rewrite((written) => ({ ...written, num_layers: count }));
    const again = await tinyLlama();
    expect((await loadAdapter(folder, again)).paths.length).toBe(2);
    dispose([model, again]);
  });

  test("without keys every linear layer of the blocks is meant; training arguments are ignored", async () => {
    const model = await tinyLlama();
    const placement = { ...shape, targets: ["all-linear"], blockCount: 1 };
    await saveAdapter(folder, model, attachLora(model, placement, 1), shape, {
      base: "org/base",
      template: "auto",
    });
    const lora_parameters = { rank: 3, scale: 2.5, dropout: 0 };
    rewrite((written) => ({ ...written, lora_parameters, iters: 100, optimizer: "adam", seed: 0 }));
    const again = await tinyLlama();
    expect((await loadAdapter(folder, again)).paths.length).toBe(7);
    dispose([model, again]);
  });
});

describe("wrong files are refused, saying why", () => {
  test("no adapter in the folder", async () => {
    rmSync(path.join(folder, config));
    expect(await refusal()).toMatchObject({ code: "FT-ADAPTER-003", exitCode: 3 });
  });

  test.skipIf(process.platform === "win32").each([config, "adapters.safetensors"])(
    "a pipe in the place of %s is not waited for",
    async (name) => {
      rmSync(path.join(folder, name));
      execFileSync("mkfifo", [path.join(folder, name)]);
      expect((await refusal()).exitCode).toBe(3);
    },
  );

  test.each([
    ["another kind of adapter", (written: object) => ({ ...written, fine_tune_type: "dora" })],
    ["PEFT's configuration", () => ({ peft_type: "LORA", r: 8, lora_alpha: 16 })],
    [
      "a rank beyond any layer",
      (written: object) => ({ ...written, lora_parameters: { rank: 2 ** 31, scale: 2 } }),
    ],
    ["no rank", (written: object) => ({ ...written, lora_parameters: { scale: 2 } })],
    ["no object", () => 7],
  ])("%s", async (_, change) => {
    rewrite(change);
    const error = await refusal();
    expect(error.code).toBe("FT-ADAPTER-003");
    expect(error.hint).toContain("adapters.safetensors and adapter_config.json");
  });

  test("a layer without tensors", async () => {
    const keys = ["self_attn.q_proj", "mlp.down_proj", "self_attn.k_proj"];
    rewrite((written) => ({ ...written, lora_parameters: { ...shape, keys } }));
    expect((await refusal()).message).toContain("model.layers.1.self_attn.k_proj.lora_a");
  });

  test("a tensor that would replace a weight of the base model", async () => {
    await saveOther("model.norm.weight", 16);
    expect((await refusal()).message).toContain("model.norm.weight");
  });

  test("another rank", async () => {
    rewrite((written) => ({
      ...written,
      lora_parameters: { ...shape, rank: 4, keys: ["self_attn.q_proj", "mlp.down_proj"] },
    }));
    const { problems } = await refusal();
    expect(problems).toContain("model.layers.1.mlp.down_proj.lora_a: shape 24×3, expected 24×4");
  });

  test("weights that are not safetensors at all", async () => {
    writeFileSync(path.join(folder, weights), "not tensors");
    expect((await refusal()).exitCode).toBe(7);
  });

  test("more layers than the model has", async () => {
    rewrite((written) => ({ ...written, num_layers: 16 }));
    const error = await refusal();
    expect(error.code).toBe("FT-ADAPTER-004");
    expect(error.message).toContain("16 layers asked for, the model has 2");
    expect(error.hint).toBe("it was trained on org/base: give that model");
  });
});

test("weights loaded into layers that are attached already replace theirs", async () => {
  const model = await tinyLlama();
  const placement = { ...shape, targets: ["q_proj", "down_proj"], blockCount: 1 };
  attachLora(model, placement, 99);
  await loadAdapterWeights(folder, model);
  expect(logits(model)).toEqual(wanted);
  dispose(model);
});
