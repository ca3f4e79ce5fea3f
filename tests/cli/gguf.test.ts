// A .gguf file wherever a model is named: look at it, check it, train an adapter and the whole of it, ask them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { ggufModel } from "../support/gguf-model.ts";
import { runProgram, shortTraining } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

let folder: string;
let model: string;
let rows: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "gguf");
  const original = await makeToyModel(join(folder, "original"));
  model = join(folder, "toy.gguf");
  writeFileSync(model, await ggufModel(original, { withTokenizer: true }));
  rows = writeRows(join(folder, "rows.jsonl"), 12);
});

function json(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
}

async function succeeds(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(args);
  expect(code, stderr).toBe(0);
  return stdout;
}

const trained = (output: string, ...more: string[]): Promise<string> =>
  succeeds(...shortTraining({ model, rows, output, steps: 3 }), ...more);

test("models info and train validate", async () => {
  const info = JSON.parse(await succeeds("models", "info", model, "--json")) as Record<
    string,
    unknown
  >;
  expect(info).toMatchObject({ architecture: "llama", supported: true, folder: model });
  expect(info["mapping"]).toMatchObject({ missing: [], unexpected: [] });
  const report = JSON.parse(
    await succeeds("train", "validate", model, rows, "--template", "chatml", "--json"),
  ) as {
    data: { tokens: number | null };
  };
  expect(report.data.tokens).toBeGreaterThan(100);
});

test("an adapter, which records its base", async () => {
  const output = join(folder, "adapter");
  await trained(output);
  const adapter = join(output, "final_model");
  expect(json(join(adapter, "adapter_config.json"))["model"]).toBe(model);
  const ask = ["generate", model, "Hello", "--adapter", adapter, "--max-tokens", "3", "--json"];
  expect(JSON.parse(await succeeds(...ask))).toHaveProperty("promptTokens");
});

test("full tuning writes a Hugging Face folder, which is a model again", async () => {
  const output = join(folder, "full");
  await trained(output, "--method", "full");
  const final = join(output, "final_model");
  expect(readdirSync(final)).toEqual(
    expect.arrayContaining([
      "config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]),
  );
  expect(json(join(final, "config.json"))["model_type"]).toBe("llama");
  await succeeds("generate", final, "Hello", "--max-tokens", "3", "--json");
});
