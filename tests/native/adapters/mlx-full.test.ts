// What mlx_lm.lora writes of full fine-tuning, weights in the file of an adapter: they take the place of the model's own
// wherever an adapter is named, and are refused on a model that they are not of.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadAdapter } from "../../../src/adapters/index.ts";
import { mergedModel } from "../../../src/export/merged-model.ts";
import { type LanguageModel, loadStoredModel } from "../../../src/models/index.ts";
import { dispose, normal, randomKey, scope } from "../../../src/mx/index.ts";
import { openModelFolder, saveTensors } from "../../../src/weights/index.ts";
import { bitsOf } from "../../parity/models/fixtures.ts";
import { makeToyModel } from "../../support/toy-model.ts";
import { someIds } from "./tiny-llama.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-mlx-full-"));
afterAll(() => rmSync(root, { recursive: true }));

const place = (name: string): string => path.join(root, name);
const changed = /^model\.layers\.1\./;
const config = { fine_tune_type: "full", num_layers: 1, model: "org/base" };

const open = async (name: string): Promise<LanguageModel> =>
  (await loadStoredModel(await openModelFolder(place(name)))).model;

const logits = (model: LanguageModel): string[] => scope(() => bitsOf(model.forward(someIds())));

/** Of the model as full fine-tuning would have left it: its last block drawn anew. */
let wanted: string[];

beforeAll(async () => {
  mkdirSync(place("tuned"));
  await makeToyModel(place("toy"));
  await makeToyModel(place("wider"), { config: { intermediate_size: 96 } });
  const model = await open("toy");
  const names = [...model.parameters().keys()].filter((name) => changed.test(name));
  expect(names.length).toBe(9);
  model.update(
    new Map(
      names.map((name, at) => {
        const { shape } = model.parameters().get(name) ?? { shape: [] };
        return [name, normal(0, 0.2, shape, randomKey(at))] as const;
      }),
    ),
  );
  wanted = logits(model);
  const kept = [...model.parameters()].filter(([name]) => changed.test(name));
  await saveTensors(path.join(place("tuned"), "adapters.safetensors"), new Map(kept));
  writeFileSync(path.join(place("tuned"), "adapter_config.json"), JSON.stringify(config));
  dispose(model);
});

test("loaded on its base, the model computes with them", async () => {
  const model = await open("toy");
  expect(logits(model)).not.toEqual(wanted);
  const { warnings } = await loadAdapter(place("tuned"), model);
  expect(warnings).toEqual([]);
  expect(logits(model)).toEqual(wanted);
  dispose(model);
});

test("merged into its base", async () => {
  const merged = await mergedModel(await openModelFolder(place("toy")), place("tuned"));
  const { model } = await loadStoredModel(merged);
  expect(logits(model)).toEqual(wanted);
  dispose(model);
});

test("refused on a model that they do not fit, by name, and the model is as it was", async () => {
  const model = await open("wider");
  const before = logits(model);
  await expect(loadAdapter(place("tuned"), model)).rejects.toMatchObject({
    code: "FT-ADAPTER-004",
    hint: expect.stringContaining("org/base") as string,
    problems: expect.arrayContaining([
      expect.stringContaining("model.layers.1.mlp.down_proj.weight"),
    ]) as string[],
  });
  expect(logits(model)).toEqual(before);
  dispose(model);
});
