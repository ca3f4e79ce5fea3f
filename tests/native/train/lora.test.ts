// LoRA as a method: what moves, what is written, and what is said of adapters outside of the blocks. The layers
// themselves are tests/native/adapters, PEFT's curves tests/parity/adapters.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { rejection } from "../../support/refusal.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";
import { finalModel, largestGap, logitsOf, trainToy } from "../../support/toy-training.ts";

let folder: string;
let model: string;
let data: string;
beforeAll(async () => {
  folder = join(inject("runFolder"), "lora");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 10);
});

const run = (name: string, lora: Record<string, unknown> = {}) =>
  trainToy({ model, data, output: join(folder, name), options: { method: "lora", lora } });

const written = (output: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(output, "adapter_config.json"), "utf8")) as Record<string, unknown>;

test("the loss falls, the base stays, and the adapter loads", async () => {
  const before = await logitsOf(model);
  const training = await run("run");
  expect(training.losses.at(-1)).toBeLessThan(0.9 * (training.losses[0] ?? 0));
  const { trainableParameters, totalParameters } = training.started;
  // rank 8 on a toy 32 wide is much of it
  expect(trainableParameters).toBeLessThan(totalParameters / 2);
  expect(await logitsOf(model)).toEqual(before);
  expect(largestGap(await logitsOf(model, finalModel(training)), before)).toBeGreaterThan(0.1);
});

test("with rank stabilization the scale is alpha over the root of the rank", async () => {
  const training = await run("rslora", { r: 16, alpha: 32, use_rslora: true });
  expect(written(finalModel(training))).toMatchObject({ lora_parameters: { scale: 8, rank: 16 } });
  expect(training.losses.at(-1)).toBeLessThan(training.losses[0] ?? 0);
});

describe("outside of the blocks", () => {
  test("an embedding carries an adapter where it is named; that it is the head too is said", async () => {
    const training = await run("embedding", { target_modules: ["embed_tokens", "q_proj"] });
    expect(written(finalModel(training))).toMatchObject({
      lora_parameters: { keys: ["self_attn.q_proj", "model.embed_tokens"] },
    });
    expect(training.notices).toContainEqual(
      expect.stringMatching(/^model\.embed_tokens is the model's head as well: .* PEFT /),
    );
    expect(training.losses.at(-1)).toBeLessThan(0.9 * (training.losses[0] ?? 0));
    const adapted = await logitsOf(model, finalModel(training));
    expect(largestGap(adapted, await logitsOf(model))).toBeGreaterThan(0.1);
  });

  test("a head that is the embedding is refused by its own name, with the embedding's", async () => {
    const error = await rejection(run("head", { target_modules: ["lm_head"] }), ConfigError);
    expect(error).toMatchObject({ code: "FT-ADAPTER-001" });
    expect(error.message).toContain("Its head is the embedding: embed_tokens adapts both");
  });

  test("a head of its own carries one, alone", async () => {
    const config = { tie_word_embeddings: false };
    const untied = await makeToyModel(join(folder, "untied"), { config });
    const output = join(folder, "own-head");
    const options = { method: "lora", lora: { target_modules: ["lm_head"], dropout: 0 } };
    const training = await trainToy({ model: untied, data, output, options });
    expect(training.losses.at(-1)).toBeLessThan(0.9 * (training.losses[0] ?? 0));
    expect(training.notices).toEqual([]);
    const adapted = await logitsOf(untied, finalModel(training));
    expect(largestGap(adapted, await logitsOf(untied))).toBeGreaterThan(0.1);
  });
});

test("an adapter that begins as principal vectors cannot begin as another adapter too", async () => {
  const first = await run("first");
  const error = await rejection(
    run("both", { init: "pissa", init_adapter: finalModel(first) }),
    ConfigError,
  );
  expect(error).toMatchObject({ code: "FT-CONFIG-063", exitCode: 3 });
});
