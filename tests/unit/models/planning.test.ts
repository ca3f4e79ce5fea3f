// What is known of a model before any weight is read, and without the addon: its sizes, and whether config.json and
// the weights belong together.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { filesMadeBy } from "../../../src/core/named-files.ts";
import {
  architectureOf,
  planFittingModel,
  planModel,
  type PlannedModel,
} from "../../../src/models/index.ts";
import { sizesOf } from "../../../src/models/kit/index.ts";
import { Linear, Module } from "../../../src/nn/index.ts";
import type { StoredModel, StoredTensor } from "../../../src/weights/index.ts";
import { rejection } from "../../support/refusal.ts";

let addon: string | undefined;

beforeAll(() => {
  addon = process.env["FT_ADDON"];
  process.env["FT_ADDON"] = "/nowhere/ft_native.node";
});
afterAll(() => {
  if (addon === undefined) delete process.env["FT_ADDON"];
  else process.env["FT_ADDON"] = addon;
});

const llama = {
  model_type: "llama",
  vocab_size: 50,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
};
const gpt2 = {
  model_type: "gpt2",
  vocab_size: 50,
  n_embd: 12,
  n_head: 3,
  n_layer: 2,
  n_positions: 20,
};

async function sizesFor(config: object) {
  return (await architectureOf(config)).sizes(config);
}

/** A checkpoint whose headers are those of the model of `config`. */
async function checkpointFor(config: object): Promise<StoredModel> {
  const model = (await architectureOf(config)).build(config);
  const tensors = [...model.slots()].map((slot): [string, StoredTensor] => {
    const { shape, size } = slot.get();
    return [slot.name, { file: "model.safetensors", dtype: "F32", shape, bytes: 4 * size }];
  });
  const load = (): never => {
    throw new Error("nothing may be read");
  };
  const beside = {
    folder: "f",
    files: [],
    fileBytes: new Map(),
    companions: filesMadeBy("f", new Map()),
  };
  return { ...beside, config, tensors: new Map(tensors), load };
}

/** Plans `checkpoint` under a config that is not its own. */
async function planUnder(changes: object): Promise<PlannedModel> {
  const checkpoint = await checkpointFor(llama);
  return await planFittingModel({ ...checkpoint, config: { ...llama, ...changes } });
}

describe("sizes", () => {
  test("llama's are those of its layers", async () => {
    const attention = 16 * 16 + 2 * 16 * 8 + 16 * 16;
    const block = attention + 3 * 16 * 24 + 2 * 16;
    expect(await sizesFor(llama)).toMatchObject({
      hiddenSize: 16,
      innerSize: 24,
      blockCount: 2,
      headCount: 4,
      vocabularySize: 50,
      trainedLength: 128,
      parameterCount: 2 * 50 * 16 + 2 * block + 16,
    });
  });

  test("a tied head counts once, biases count", async () => {
    const plain = (await sizesFor(llama)).parameterCount;
    const tied = (await sizesFor({ ...llama, tie_word_embeddings: true })).parameterCount;
    const biased = (await sizesFor({ ...llama, attention_bias: true })).parameterCount;
    expect(plain - tied).toBe(50 * 16);
    expect(biased - plain).toBe(2 * (16 + 8 + 8 + 16));
  });

  test("gpt2 reads as many tokens as it has learned positions", async () => {
    const sizes = await sizesFor(gpt2);
    const block = 12 * 36 + 36 + 12 * 12 + 12 + 2 * 12 * 48 + 48 + 12 + 4 * 12;
    expect(sizes).toMatchObject({ positionLimit: 20, innerSize: 48, headCount: 3 });
    expect(sizes.parameterCount).toBe((50 + 20) * 12 + 2 * block + 2 * 12);
    expect(sizes.trainedLength).toBeUndefined();
  });

  test("a gated-delta layer tells what it keeps for each token, and works with", async () => {
    const heads = { linear_num_key_heads: 2, linear_num_value_heads: 4 };
    const parts = { ...heads, linear_key_head_dim: 6, linear_value_head_dim: 10 };
    const layer_types = ["linear_attention", "full_attention"];
    const config = { ...llama, ...parts, layer_types, model_type: "qwen3_5_text" };
    const { kept, workPerToken } = await sizesFor(config);
    expect(kept).toEqual({ ofBlock: 2 * 2 * 6 + 5 * 4 * 10 - 3 * 16, ofInput: 0, outside: 0 });
    expect(workPerToken).toBeGreaterThan(4 * (6 + 10));
    expect(await sizesFor(llama)).not.toHaveProperty("kept");
  });

  test("linear layers are told for each block by themselves", async () => {
    const { blocks, linears } = await sizesFor(llama);
    expect(blocks.length).toBe(2);
    expect(linears.map(({ path }) => path)).toEqual([
      ...["q", "k", "v", "o"].map((name) => `self_attn.${name}_proj`),
      ...["gate", "up", "down"].map((name) => `mlp.${name}_proj`),
    ]);
    expect(linears[1]).toEqual({
      name: "k_proj",
      path: "self_attn.k_proj",
      inputSize: 16,
      outputSize: 8,
      count: 1,
    });
  });

  test("blocks need not be alike", async () => {
    class Odd extends Module {
      mix: Linear;
      constructor(width: number) {
        super();
        this.mix = new Linear(4, width, { bias: false });
      }
    }
    const model = (await architectureOf(llama)).build(llama);
    Object.defineProperty(model, "blocks", { value: [new Odd(5), new Odd(9), new Odd(2)] });
    const { blocks, linears } = sizesOf(model);
    expect(blocks.flat().map(({ outputSize }) => outputSize)).toEqual([5, 9, 2]);
    expect(linears.map(({ outputSize }) => outputSize)).toEqual([9]);
  });
});

describe("config.json and weights that belong together", () => {
  test("every tensor is accounted for", async () => {
    const { account, sizes } = await planFittingModel(await checkpointFor(llama));
    expect(account.entries.length).toBe(21);
    expect(sizes.blockCount).toBe(2);
  });

  test.each([
    [{ num_hidden_layers: 3 }, "FT-MODEL-006"],
    [{ num_hidden_layers: 1 }, "FT-MODEL-006"],
    [{ attention_bias: true }, "FT-MODEL-006"],
    [{ tie_word_embeddings: true, vocab_size: 51 }, "FT-MODEL-010"],
    [{ intermediate_size: 32 }, "FT-MODEL-010"],
    [{ vocab_size: 51 }, "FT-MODEL-010"],
    [{ rope_scaling: { rope_type: "unheard", factor: 2 } }, "FT-MODEL-005"],
  ])("%j is refused", async (changes, code) => {
    const error = await rejection(planUnder(changes), ModelError);
    expect(error).toMatchObject({ code, exitCode: 3 });
  });

  test("ten thousand layers are refused in no time, before they are built", async () => {
    const checkpoint = await checkpointFor(llama);
    const started = performance.now();
    const config = { ...llama, num_hidden_layers: 10_000 };
    const error = await rejection(planModel({ ...checkpoint, config }), ModelError);
    expect(error).toMatchObject({ code: "FT-MODEL-016", exitCode: 3 });
    expect(error.message).toContain("21 tensors");
    // 54 s when ten million were built; this is some milliseconds, and a busy machine's hiccups
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test.each([{ num_hidden_layers: { toString: 1 } }, { model_type: { toString: 1 } }])(
    "an object that hides toString: %j",
    async (changes) => {
      const error = await rejection(planUnder(changes), ModelError);
      expect(error.exitCode).toBe(3);
    },
  );

  /** What only lists them before it makes any fills the memory. */
  test.each([
    ["llama", { ...llama, num_hidden_layers: 10_000_000 }],
    ["gemma4", { model_type: "gemma4", text_config: { num_hidden_layers: 2 ** 31 } }],
    ["gemma4_text", { model_type: "gemma4_text", global_head_dim: 2 ** 31 }],
    ["a list", { ...llama, num_key_value_heads: [2, 1e9] }],
    ["gpt2", { model_type: "gpt2", vocab_size: 40, n_embd: 16, n_head: 2, n_layer: 1e9 }],
  ])("sizes without end are none of an architecture: %s", async (_, config) => {
    const checkpoint = await checkpointFor(llama);
    const error = await rejection(planModel({ ...checkpoint, config }), ModelError);
    expect(error).toMatchObject({ code: "FT-MODEL-003", exitCode: 3 });
    expect(error.problems.join()).toContain("more than any model has");
  });
});
