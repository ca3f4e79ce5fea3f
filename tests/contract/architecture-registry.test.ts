// The registry of architectures from outside: one added by an extension, unknown types, configs that are refused.
// What registered architectures compute is architectures.test.ts's.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { attachLora } from "../../src/adapters/index.ts";
import { FtError } from "../../src/core/errors.ts";
import { collate } from "../../src/data/index.ts";
import { saveModel } from "../../src/export/model-folder.ts";
import {
  architectureOf,
  architectures,
  entriesFor,
  initialize,
  LanguageModel,
  loadStoredModel,
} from "../../src/models/index.ts";
import { defineArchitecture } from "../../src/models/kit/index.ts";
import { dispose, retain, scope, type Tensor } from "../../src/mx/index.ts";
import {
  Embedding,
  Linear,
  Module,
  type OptimizerSettings,
  optimizers,
} from "../../src/nn/index.ts";
import { supervised } from "../../src/train/objectives/supervised.ts";
import { TrainingStep } from "../../src/train/step.ts";
import { openModelFolder } from "../../src/weights/index.ts";
import { bitsOf } from "../parity/models/fixtures.ts";
import { rejection } from "../support/refusal.ts";
import { tinyConfigs } from "./tiny-configs.ts";

async function build(config: unknown): Promise<LanguageModel> {
  const architecture = await architectureOf(config);
  return scope(() => architecture.build(config));
}

const refusalOf = (config: unknown): Promise<FtError> => rejection(build(config), FtError);

const BigramConfig = z.looseObject({
  model_type: z.literal("toy_bigram"),
  vocab_size: z.number().int().positive(),
  width: z.number().int().positive(),
});

class BigramBlock extends Module {
  mix: Linear;

  constructor(width: number) {
    super();
    this.mix = new Linear(width, width, { bias: false });
  }
}

/** Each token alone says what comes next. */
class Bigram extends LanguageModel {
  readonly blockPath = "layers";
  embed: Embedding;
  layers: BigramBlock[];
  out: Linear;

  constructor({ vocab_size, width }: z.infer<typeof BigramConfig>) {
    super();
    this.embed = new Embedding(vocab_size, width);
    this.layers = [new BigramBlock(width)];
    this.out = new Linear(width, vocab_size, { bias: true });
  }

  get blocks(): readonly Module[] {
    return this.layers;
  }

  hidden(ids: Tensor): Tensor {
    const embedded = this.embed.forward(ids);
    return this.layers.reduce((x, layer) => x.add(layer.mix.forward(x).tanh()), embedded);
  }

  head(hidden: Tensor): Tensor {
    return this.out.forward(hidden);
  }
}

const adamw: OptimizerSettings = {
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0,
  biasCorrection: true,
  momentum: 0.95,
  adamwShare: 1,
};

describe("an architecture of an extension", () => {
  const config = { model_type: "toy_bigram", vocab_size: 10, width: 8 };
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ft-toy-"));
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
    const toy = defineArchitecture({
      config: BigramConfig,
      build: (parsed) => new Bigram(parsed),
    });
    architectures.register("toy_bigram", async () => toy);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Rows that count upwards, which a bigram model can learn by heart. */
  const rows = [0, 3].map((start) => [
    {
      ids: Int32Array.from({ length: 7 }, (_, at) => (start + at) % 10),
      weights: new Float32Array(7).fill(1),
    },
  ]);
  const batch = collate(rows, { padId: 0, padToMultiple: 1, maxLength: 16 });

  async function lossesOf(model: LanguageModel, steps: number): Promise<number[]> {
    const slots = model.trainableSlots().map((slot) => Object.assign(slot, { isHidden: false }));
    const optimizer = scope(() => retain(optimizers.get("adamw").make(slots, adamw)));
    const step = new TrainingStep({
      model,
      objective: supervised,
      slots,
      optimizer,
      maximumNorm: 1,
    });
    const losses: number[] = [];
    for (let at = 0; at < steps; at++) {
      const taken = await step.run({ batches: [batch], learningRate: 0.05, seeds: [0] });
      losses.push(taken?.loss ?? Number.NaN);
    }
    return losses;
  }

  test("trains in full, is saved and loaded again with the same bits", async () => {
    const model = await build(config);
    initialize(model, 1);
    const losses = await lossesOf(model, 40);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 10);
    const saved = path.join(folder, "saved");
    await saveModel(saved, { model, entries: entriesFor([], model) }, folder);
    const again = await loadStoredModel(await openModelFolder(saved));
    expect(bitsOf(again.model.parameters())).toEqual(bitsOf(model.parameters()));
    dispose([model, again.model]);
  });

  test("trains with an adapter, and only the adapter changes", async () => {
    const model = await build(config);
    initialize(model, 1);
    const before = new Map([...model.parameters()].map(([name, tensor]) => [name, bitsOf(tensor)]));
    const placement = { rank: 2, scale: 4, dropout: 0.1, blockCount: -1, targets: ["mix"] };
    attachLora(model, placement, 1);
    const losses = await lossesOf(model, 20);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    for (const [name, bits] of before) {
      const now = name.replace("layers.0.mix.", "layers.0.mix.linear.");
      expect(bitsOf(model.parameters().get(now)), name).toEqual(bits);
    }
    dispose(model);
  });
});

describe("unknown types", () => {
  test("the error lists what is supported and exits with 3", async () => {
    const error = await refusalOf({ model_type: "rwkv" });
    expect(error.exitCode).toBe(3);
    for (const name of ["gpt2", "llama"]) expect(error.message).toContain(name);
  });

  test("a near miss is suggested", async () => {
    const error = await refusalOf({ model_type: "lama" });
    expect(error.hint).toContain("llama");
  });

  test.each([null, [], {}, { model_type: 7 }, "llama"])(
    "%j is no config of a known type",
    async (config) => {
      expect((await refusalOf(config)).code).toBe("FT-MODEL-002");
    },
  );
});

const tiny = (name: string): Readonly<Record<string, unknown>> => tinyConfigs[name]?.[0] ?? {};
const [llama, gpt2] = [tiny("llama"), tiny("gpt2")];

describe("configs that change the mathematics are refused, by key", () => {
  test.each([
    [llama, "sliding_window", 128],
    [llama, "hidden_act", "gelu"],
    [llama, "quantization", { group_size: 64, bits: 7 }],
    [llama, "quantization", { group_size: 64, bits: 4, mode: "mxfp4" }],
    [llama, "quantization", { group_size: 64, bits: 4, mode: "nf4" }],
    [llama, "quantize_activations", true],
    [llama, "quantization_config", { quant_method: "gptq" }],
    [llama, "partial_rotary_factor", 0.5],
    [tiny("gemma"), "use_bidirectional_attention", true],
    [tiny("gemma2"), "hidden_activation", "snake"],
    [tiny("gemma4_text"), "use_bidirectional_attention", "all"],
    [tiny("gemma3_text"), "attn_logit_softcapping", 50],
    [tiny("mistral"), "attention_bias", true],
    [tiny("ministral3"), "layer_types", ["sliding_attention"]],
    [tiny("phi"), "tie_word_embeddings", true],
    [tiny("olmo2"), "clip_qkv", 8],
    [tiny("apertus"), "hidden_act", "silu"],
    [tiny("cohere2"), "use_qk_norm", true],
    [tiny("exaone4"), "mlp_bias", true],
    [tiny("falcon"), "activation", "snake"],
    [tiny("bloom"), "apply_residual_connection_post_layernorm", true],
    [tiny("opt"), "layer_norm_elementwise_affine", false],
    [tiny("gpt_bigcode"), "add_cross_attention", true],
    [tiny("gptj"), "activation_function", "snake"],
    [tiny("hunyuan_v1_dense"), "use_cla", true],
    [gpt2, "activation_function", "relu"],
    [gpt2, "scale_attn_by_inverse_layer_idx", true],
    [gpt2, "scale_attn_weights", false],
    [gpt2, "tie_word_embeddings", false],
    [gpt2, "add_cross_attention", true],
    [gpt2, "quantization", { bits: 4 }],
  ])("%j %s", async (base, key, value) => {
    const error = await refusalOf({ ...base, [key]: value });
    expect(error.exitCode).toBe(3);
    expect(error.problems.join("\n")).toContain(`${key} = ${JSON.stringify(value)}`);
  });

  test("what stands in the part of the config that is read, too", async () => {
    const text_config = {
      ...(tiny("gemma3")["text_config"] as object),
      attn_logit_softcapping: 50,
    };
    const { problems } = await refusalOf({ ...tiny("gemma3"), text_config });
    expect(problems.join("\n")).toContain("attn_logit_softcapping = 50");
  });

  test.each([
    ["deepseek_v3", { n_group: 3 }, "4 experts are no 3 groups"],
    ["deepseek_v3", { topk_group: 3 }, "the best 3 of 2 groups"],
    ["deepseek_v3", { n_group: 4 }, "groups of 1 have not the best 2"],
    ["deepseek_v3", { num_experts_per_tok: 3 }, "1 groups of 2 leave fewer than 3"],
    ["opt", { do_layer_norm_before: false }, "neither alone"],
  ])("%s with %j", async (name, changes, problem) => {
    const error = await refusalOf({ ...tiny(name), ...changes });
    expect(error).toMatchObject({ code: "FT-MODEL-003", exitCode: 3 });
    expect(error.problems.join("\n")).toContain(problem);
  });

  test("all of them at once", async () => {
    const error = await refusalOf({ ...llama, sliding_window: 8, hidden_act: "relu" });
    expect(error.problems.length).toBe(2);
  });

  test("the same keys with harmless values pass", async () => {
    const harmless = {
      sliding_window: null,
      hidden_act: "silu",
      quantization: {
        group_size: 64,
        bits: 4,
        lm_head: false,
        "model.embed_tokens": { group_size: 64, bits: 4 },
      },
      quantization_config: { group_size: 64, bits: 4 },
      rope_scaling: null,
    };
    dispose(await build({ ...llama, ...harmless }));
  });

  test.each(["rope_scaling", "rope_parameters"])("an unknown rotary variant in %s", async (key) => {
    const error = await refusalOf({ ...llama, [key]: { rope_type: "ntk", factor: 4 } });
    expect(error.message).toContain(
      "Unknown rope scaling 'ntk'. Supported: [default, linear, llama3, yarn, longrope, su, dynamic, proportional]",
    );
    expect(error.exitCode).toBe(3);
  });

  test("a rotary variant without what it needs", async () => {
    const error = await refusalOf({ ...llama, rope_scaling: { type: "linear" } });
    expect(error.message).toContain("'factor'");
  });
});

describe("configs that are wrong are refused, by field", () => {
  test.each([
    [llama, { vocab_size: -1 }, "vocab_size"],
    [llama, { hidden_size: "32" }, "hidden_size"],
    [llama, { num_hidden_layers: 0 }, "num_hidden_layers"],
    [llama, { hidden_size: 18 }, "hidden_size"],
    [llama, { num_key_value_heads: 3 }, "num_key_value_heads"],
    [llama, { head_dim: 5 }, "head_dim"],
    [
      tiny("phi3"),
      { rope_scaling: { type: "longrope", short_factor: [1], long_factor: [2] } },
      "short_factor",
    ],
    [tiny("gemma2"), { layer_types: ["chunked_attention"] }, "layer_types"],
    [tiny("falcon"), { parallel_attn: false }, "parallel_attn"],
    [gpt2, { n_layer: 1.5 }, "n_layer"],
    [gpt2, { n_embd: 15 }, "n_embd"],
  ])("%j with %j", async (base, change, field) => {
    const error = await refusalOf({ ...base, ...change });
    expect(error.code).toBe("FT-MODEL-003");
    expect(error.problems.join("\n")).toContain(field);
  });
});
