// A GGUF file as a checkpoint: names, shapes, config.json and what else stands beside weights; what is refused.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ExitCode, ModelError } from "../../../../src/core/errors.ts";
import { loadTokenizer } from "../../../../src/text/index.ts";
import { openStoredModel, resolveModel } from "../../../../src/weights/index.ts";
import { makeFile, makeFolder } from "../../../support/folders.ts";
import { ggufBytes, type GgufEntry, ggufZeros } from "../../../support/gguf-bytes.ts";
import { ggufModel, type GgufModelOptions } from "../../../support/gguf-model.ts";
import { rejection } from "../../../support/refusal.ts";

const models = fileURLToPath(new URL("../../../fixtures/models/", import.meta.url));

async function fileOf(name: string, options: GgufModelOptions = {}): Promise<string> {
  return makeFile("model.gguf", await ggufModel(path.join(models, name), options));
}

const configOf = (checkpoint: { config: unknown }): Record<string, unknown> =>
  checkpoint.config as Record<string, unknown>;

test.each(["llama", "llama-biased-tied"])(
  "%s: the folder's tensors, names and config.json",
  async (name) => {
    const folder = await openStoredModel(path.join(models, name));
    const file = await openStoredModel(await fileOf(name));
    const shapes = (checkpoint: typeof file): unknown[] =>
      [...checkpoint.tensors].map(([tensor, { shape }]) => [tensor, shape]).sort();
    expect(shapes(file)).toEqual(shapes(folder));
    const expected = configOf(folder);
    const found = configOf(file);
    const same = Object.keys(found).filter((key) => key in expected);
    expect(same.length).toBeGreaterThan(14);
    // Ids of the tokenizer, which these files are without.
    for (const key of same.filter((one) => !one.endsWith("_id")))
      expect([key, found[key]]).toEqual([key, expected[key]]);
    expect(found["rope_theta"]).toBe(10_000);
  },
);

test("numbers of 32 bits come with as few digits as they need", async () => {
  const metadata: Record<string, GgufEntry> = {
    "llama.attention.layer_norm_rms_epsilon": ["f32", 1e-5],
    "llama.rope.freq_base": ["f32", 1_000_000],
  };
  const config = configOf(await openStoredModel(await fileOf("llama", { metadata })));
  expect([config["rms_norm_eps"], config["rope_theta"]]).toEqual([1e-5, 1_000_000]);
});

test("the files beside the weights make the same tokenizer", async () => {
  const tokenizers = path.join(models, "../text/tokenizers/qwen");
  const original = await loadTokenizer(tokenizers);
  const folder = makeFolder({
    "tokenizer.json": readFileSync(path.join(tokenizers, "tokenizer.json")),
    "config.json": readFileSync(path.join(models, "llama/config.json")),
    "model.safetensors": readFileSync(path.join(models, "llama/model.safetensors")),
  });
  const file = makeFile("m.gguf", await ggufModel(folder, { withTokenizer: true }));
  const { companions } = await openStoredModel(file);
  expect(companions.names().sort()).toEqual([
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
  const tokenizer = await loadTokenizer(companions);
  const text = "it's 1234 <|im_start|>user\n naïve 你好";
  expect(tokenizer.encode(text)).toEqual(original.encode(text));
  expect(tokenizer.stopTokenIds).toEqual([original.tokenToId("<|im_end|>")]);
});

describe("refused", () => {
  const refusedWith = async (options: GgufModelOptions): Promise<ModelError> =>
    rejection(openStoredModel(await fileOf("llama", options)), ModelError);

  const unsupported: [string, Record<string, GgufEntry>, string][] = [
    [
      "another architecture",
      { "general.architecture": ["text", "falcon"] },
      "'falcon' are not read",
    ],
    ["experts", { "llama.expert_count": ["u32", 8] }, "not read from llama files"],
    ["one file of several", { "split.count": ["u32", 3] }, "one of 3 files"],
  ];
  test.each(unsupported)("%s: FT-WEIGHTS-055", async (_, metadata, message) => {
    const error = await refusedWith({ metadata });
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-055", ExitCode.config]);
    expect(error.message).toContain(message);
    expect(error.hint).not.toBe("");
  });

  test("factors of rotary positions that no known scaling has: FT-WEIGHTS-055", async () => {
    const factors = { type: 0, shape: [4], data: Buffer.from(Float32Array.of(1, 2, 3, 4).buffer) };
    const error = await refusedWith({ tensors: { "rope_freqs.weight": factors } });
    expect([error.code, error.problems[0]]).toEqual([
      "FT-WEIGHTS-055",
      "rope_freqs.weight: factors of no scaling that is known",
    ]);
  });

  const malformed: [string, Record<string, GgufEntry>, string][] = [
    ["a size of nothing", { "llama.block_count": ["u32", 0] }, "llama.block_count is 0, not an"],
    ["a size that is a text", { "llama.block_count": ["text", "3"] }, "is not a number"],
    ["a size for each layer", { "llama.feed_forward_length": ["i32s", [8, 8]] }, "is not a number"],
  ];
  test.each(malformed)("%s: FT-WEIGHTS-054", async (_, metadata, message) => {
    const error = await refusedWith({ metadata });
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-054", ExitCode.malformedWeights]);
    expect(error.message).toContain(message);
  });

  test("keys that are missing", async () => {
    const metadata: Record<string, GgufEntry> = {
      "general.architecture": ["text", "llama"],
      "llama.embedding_length": ["u32", 8],
    };
    const file = makeFile("m.gguf", ggufBytes({ metadata, tensors: { a: ggufZeros(2) } }));
    const error = await rejection(openStoredModel(file), ModelError);
    expect(error.message).toContain("llama.attention.head_count is missing");
  });
});

describe("where a model is named", () => {
  test("a .gguf file is one", async () => {
    const file = await fileOf("llama");
    expect(await resolveModel(file)).toEqual({ folder: file, source: "local" });
  });

  test("one that is not there is told as a file, with the nearest name", async () => {
    const file = await fileOf("llama");
    const error = await rejection(resolveModel(file.replace("model.", "modell.")), ModelError);
    expect(error.code).toBe("FT-WEIGHTS-010");
    expect(error.message).toContain("there is no such model file");
    expect(error.hint).toContain("model.gguf");
    const bare = await rejection(resolveModel("nowhere.gguf"), ModelError);
    expect(bare.code).toBe("FT-WEIGHTS-010");
  });

  test("a folder that has nothing else is answered with the file to name", async () => {
    const folder = makeFolder({ "config.json": "{}", "model.Q4_1.gguf": "GGUF" });
    const error = await rejection(openStoredModel(folder), ModelError);
    expect(error.code).toBe("FT-WEIGHTS-012");
    expect(error.hint).toContain("model.Q4_1.gguf");
  });
});
