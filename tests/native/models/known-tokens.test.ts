// A tokenizer of more tokens than the model has embeddings: refused wherever its tokens would be looked up.
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { generateText } from "../../../src/app/generate/generate-text.ts";
import { prepareRun } from "../../../src/app/train/prepare-run.ts";
import { loadModel } from "../../../src/generate/load-model.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "known-tokens");
  model = await makeToyModel(join(folder, "model"), { config: { vocab_size: 300 } });
});

const refusal = { code: "FT-MODEL-014", message: expect.stringContaining("has 300 tokens") };

test("training, before anything is written", async () => {
  const data = writeRows(join(folder, "rows.jsonl"), 6);
  const config = toyRunConfig({ model, data, output: join(folder, "run") });
  await expect(prepareRun(config, { shouldStop: () => false })).rejects.toMatchObject(refusal);
});

test("generation and logits", async () => {
  const loaded = await loadModel(model);
  await expect(generateText({ model: loaded, prompt: "What is it?" })).rejects.toMatchObject(
    refusal,
  );
  expect(() => loaded.forward([1, 300])).toThrow(expect.objectContaining(refusal));
  expect(() => loaded.forward([1, -1])).toThrow(expect.objectContaining(refusal));
  expect(loaded.forward([1, 299]).shape).toEqual([1, 2, 300]);
  loaded.dispose();
});
