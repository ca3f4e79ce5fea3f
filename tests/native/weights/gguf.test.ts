// Weights of GGUF files in MLX: gguf-py's own files, in both byte orders, and models that compute what their
// Hugging Face folders compute.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { loadStoredModel } from "../../../src/models/index.ts";
import { dispose, int32, liveTensors, scope } from "../../../src/mx/index.ts";
import { readGgufFile } from "../../../src/weights/gguf/header.ts";
import { openGgufTensors } from "../../../src/weights/gguf/tensors.ts";
import { type StoredModel, openStoredModel } from "../../../src/weights/index.ts";
import { makeFile } from "../../support/folders.ts";
import { ggufBytes } from "../../support/gguf-bytes.ts";
import { ggufModel, type GgufModelOptions, type GgufNames } from "../../support/gguf-model.ts";
import { refusal } from "../../support/refusal.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const told = JSON.parse(readFileSync(path.join(fixtures, "gguf/files.json"), "utf8")) as {
  tensors: Record<string, { shape: number[]; weights: string }>;
};

test.each(["little", "big"])(
  "tensors of gguf-py's file, %s-endian: the same bits",
  async (order) => {
    const file = path.join(fixtures, `gguf/${order}.gguf`);
    const before = liveTensors();
    const reader = openGgufTensors(file, await readGgufFile(file));
    for (const [name, { shape, weights }] of Object.entries(told.tensors)) {
      const tensor = reader.read(name);
      expect(tensor.shape).toEqual(shape);
      const bytes = Buffer.from(tensor.toFloat32().buffer);
      expect(bytes.equals(Buffer.from(weights, "base64")), name).toBe(true);
      tensor.dispose();
    }
    expect(reader.read("t.BF16").dtype).toBe("bfloat16");
    expect(reader.read("t.F16").dtype).toBe("float16");
    reader.close();
    expect(liveTensors() - before).toBe(2);
  },
);

test("a tensor larger than what is read at once", async () => {
  const blocks = 60_000;
  const data = Buffer.alloc(34 * blocks);
  for (let at = 0; at < blocks; at++) {
    data.writeUInt16LE(0x3c00, 34 * at); // one, as a half
    data.writeInt8((at % 255) - 127, 34 * at + 2 + (at % 32));
  }
  const tensors = { big: { type: 8, shape: [blocks, 32], data } };
  const file = makeFile("big.gguf", ggufBytes({ tensors }));
  const reader = openGgufTensors(file, await readGgufFile(file));
  const weights = reader.read("big").toFloat32();
  reader.close();
  const wrong = Array.from({ length: blocks }, (_, at) => at).filter(
    (at) => weights[32 * at + (at % 32)] !== (at % 255) - 127,
  );
  expect(wrong).toEqual([]);
});

test("types that are not read are told, all at once: FT-WEIGHTS-020", async () => {
  const q2 = { type: 10, shape: [256], data: Buffer.alloc(84) };
  const file = makeFile("q2.gguf", ggufBytes({ tensors: { a: q2, b: q2 } }));
  const header = await readGgufFile(file);
  const error = refusal(() => openGgufTensors(file, header), ModelError);
  expect([error.code, error.problems.length]).toEqual(["FT-WEIGHTS-020", 2]);
  expect(error.problems[0]).toBe('tensor "a" is Q2_K');
});

async function logitsOf(
  stored: StoredModel,
  ids: readonly number[] = [5, 80, 17, 3, 42, 9],
): Promise<Buffer> {
  const { model } = await loadStoredModel(stored);
  const logits = scope(() => model.forward(int32([...ids], [1, ids.length])).toFloat32());
  dispose(model);
  return Buffer.from(logits.buffer);
}

interface Case {
  name: string;
  gguf: GgufModelOptions;
  /** Over the folder's config.json. */
  config: Record<string, unknown>;
}

/** What each pair's wavelength is multiplied by in Llama 3.1, written as llama.cpp's converter does. */
function llama3Factors(dims: number, theta: number, factor: number): Buffer {
  const factors = Array.from({ length: dims / 2 }, (_, pair) => {
    const wavelength = 2 * Math.PI * theta ** ((2 * pair) / dims);
    if (wavelength < 8192 / 4) return 1;
    if (wavelength > 8192 / 1) return factor;
    const smooth = (8192 / wavelength - 1) / (4 - 1);
    return 1 / ((1 - smooth) / factor + smooth);
  });
  return Buffer.from(Float32Array.from(factors).buffer);
}

describe("a llama in GGUF computes what its folder computes, to the bit", () => {
  const linear = { rope_type: "linear", factor: 4, rope_theta: 10_000 };
  const bounds = {
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
  const llama3 = { rope_type: "llama3", factor: 32, rope_theta: 5e8, ...bounds };
  const factors = { type: 0, shape: [4], data: llama3Factors(8, 5e8, 32) };
  const cases: Case[] = [
    { name: "llama", gguf: {}, config: {} },
    { name: "llama-biased-tied", gguf: {}, config: {} },
    {
      name: "llama-head-dim",
      gguf: {
        metadata: {
          "llama.attention.key_length": ["u32", 12],
          "llama.rope.dimension_count": ["u32", 12],
        },
      },
      config: {},
    },
    {
      name: "llama",
      gguf: {
        metadata: {
          "llama.rope.scaling.type": ["text", "linear"],
          "llama.rope.scaling.factor": ["f32", 4],
        },
      },
      config: { rope_parameters: linear },
    },
    {
      name: "llama",
      gguf: {
        metadata: { "llama.rope.freq_base": ["f32", 5e8] },
        tensors: { "rope_freqs.weight": factors },
      },
      config: { rope_parameters: llama3 },
    },
  ];

  test.each(cases)("$name $config", async ({ name, gguf, config }) => {
    const folder = path.join(fixtures, "models", name);
    const opened = await openStoredModel(folder);
    const plain = await logitsOf(opened);
    const expected = await logitsOf({
      ...opened,
      config: { ...(opened.config as object), ...config },
    });
    const file = makeFile("model.gguf", await ggufModel(folder, gguf));
    const found = await logitsOf(await openStoredModel(file));
    expect(found.equals(expected)).toBe(true);
    expect(found.equals(plain)).toBe(Object.keys(config).length === 0);
  });
});

const names = JSON.parse(readFileSync(path.join(fixtures, "gguf/names.json"), "utf8")) as Record<
  string,
  GgufNames
>;

describe("other architectures in GGUF compute what their folders compute", () => {
  /** Longer than the windows of the fixtures. */
  const ids = [5, 30, 17, 3, 42, 9, 11, 2, 40, 21];
  const key = (name: string, size: number): NonNullable<GgufModelOptions["metadata"]> => ({
    [`${name}.attention.key_length`]: ["u32", size],
    [`${name}.attention.value_length`]: ["u32", size],
    [`${name}.rope.dimension_count`]: ["u32", size],
  });
  const gemma = { turned: false, normsPlusOne: true };
  const cases: Case[] = [
    { name: "qwen2", gguf: { turned: false }, config: { use_sliding_window: false } },
    {
      name: "qwen3",
      gguf: { turned: false, metadata: key("qwen3", 12) },
      config: { use_sliding_window: false },
    },
    { name: "gemma", gguf: { ...gemma, metadata: key("gemma", 12) }, config: {} },
    {
      name: "gemma2",
      gguf: {
        ...gemma,
        metadata: {
          ...key("gemma2", 12),
          "gemma2.attention.sliding_window": ["u32", 6],
          "gemma2.attn_logit_softcapping": ["f32", 0.5],
          "gemma2.final_logit_softcapping": ["f32", 2],
        },
      },
      config: { query_pre_attn_scalar: 12 },
    },
    {
      name: "gemma3_text",
      gguf: {
        ...gemma,
        metadata: {
          ...key("gemma3", 12),
          "gemma3.attention.sliding_window": ["u32", 6],
          "gemma3.attention.sliding_window_pattern": ["u32", 3],
          "gemma3.final_logit_softcapping": ["f32", 2],
          "gemma3.rope.freq_base": ["f32", 1000],
          "gemma3.rope.freq_base_swa": ["f32", 100],
          "gemma3.rope.scaling.type": ["text", "linear"],
          "gemma3.rope.scaling.factor": ["f32", 8],
        },
      },
      config: { query_pre_attn_scalar: 12 },
    },
    {
      name: "granite",
      gguf: {
        metadata: {
          "granite.attention.scale": ["f32", 0.25],
          "granite.embedding_scale": ["f32", 3],
          "granite.residual_scale": ["f32", 0.4],
          "granite.logit_scale": ["f32", 2],
        },
      },
      config: {},
    },
    {
      name: "smollm3-full",
      gguf: {},
      config: { no_rope_layers: null, no_rope_layer_interval: 4, layer_types: null },
    },
    { name: "olmo2", gguf: { turned: false }, config: {} },
    {
      name: "phi3",
      gguf: { turned: false, metadata: { "phi3.attention.sliding_window": ["u32", 6] } },
      config: {},
    },
  ];

  test.each(cases)("$name", async ({ name, gguf, config }) => {
    const folder = path.join(fixtures, "models", name);
    const opened = await openStoredModel(folder);
    const told = { ...(opened.config as object), ...config };
    const expected = new Float32Array((await logitsOf({ ...opened, config: told }, ids)).buffer);
    const written = { ...gguf, ...(names[name] !== undefined && { names: names[name] }) };
    const file = makeFile("model.gguf", await ggufModel(folder, written));
    const found = new Float32Array((await logitsOf(await openStoredModel(file), ids)).buffer);
    const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
    const apart = expected.reduce(
      (most, logit, at) => Math.max(most, Math.abs(logit - (found[at] ?? 0))),
      0,
    );
    // Norms plus one lose their lowest bits, and factors of 32 bits are not those of 64.
    expect(apart / largest).toBeLessThanOrEqual(2e-6);
  });

  test("factors for long texts without those for short ones are refused", async () => {
    const folder = path.join(fixtures, "models/phi3");
    const factors = { type: 0, shape: [4], data: Buffer.alloc(16) };
    const written: GgufModelOptions = {
      turned: false,
      tensors: { "rope_factors_long.weight": factors },
      ...(names["phi3"] !== undefined && { names: names["phi3"] }),
    };
    const file = makeFile("model.gguf", await ggufModel(folder, written));
    await expect(openStoredModel(file)).rejects.toMatchObject({ code: "FT-WEIGHTS-055" });
  });
});
