// Weights that stay as the model stores them, halves or GGUF's blocks, give what their float32 values give.
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { attachLora } from "../../../src/adapters/index.ts";
import { loadStoredModel, type LoadedModel } from "../../../src/models/index.ts";
import { dispose, int32, liveTensors, scope } from "../../../src/mx/index.ts";
import { isPacked } from "../../../src/nn/index.ts";
import { castWhenRead } from "../../../src/weights/cast-when-read.ts";
import { openStoredModel, type StoredModel } from "../../../src/weights/index.ts";
import { makeFile, makeFolder } from "../../support/folders.ts";
import type { GgufTensorPlan } from "../../support/gguf-bytes.ts";
import { ggufModel } from "../../support/gguf-model.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const models = fileURLToPath(new URL("../../fixtures/models/", import.meta.url));
const withWeights = readdirSync(models).filter((name) =>
  readdirSync(path.join(models, name)).some((file) =>
    /^(model.*|pytorch_model.*)\.(safetensors|bin)/.test(file),
  ),
);
const ids = [5, 30, 17, 3, 12, 9];

function logitsOf({ model }: LoadedModel, count = ids.length): Float32Array {
  const some = Array.from({ length: count }, (_, at) => ids[at % ids.length] ?? 0);
  return scope(() => model.forward(int32(some, [1, count])).toFloat32());
}

/** Relative to the largest. */
function apart(found: Float32Array, wanted: Float32Array): number {
  const most = (values: Iterable<number>): number =>
    [...values].reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return most(found.map((value, at) => value - (wanted[at] ?? Number.NaN))) / most(wanted);
}

/** What `use` gives of the model in float32, and with its weights as they are stored. */
async function both<T>(stored: StoredModel, use: (loaded: LoadedModel) => T): Promise<[T, T]> {
  const given: T[] = [];
  for (const keepsStored of [false, true]) {
    const loaded = await loadStoredModel(stored, { dtype: "float32", keepsStored });
    given.push(use(loaded));
    dispose(loaded.model);
  }
  return given as [T, T];
}

const inHalf = async (name: string, half: "bfloat16" | "float16"): Promise<StoredModel> =>
  castWhenRead(await openStoredModel(path.join(models, name)), () => half);

describe("halves", () => {
  test.each(withWeights)("%s", async (name) => {
    const [wide, kept] = await both(await inHalf(name, "bfloat16"), (loaded) => logitsOf(loaded));
    // Few rows are multiplied in one order, whatever holds the weights.
    expect(apart(kept, wide)).toBeLessThanOrEqual(1e-6);
  });

  test("matrices stay, all else becomes float32", async () => {
    const before = liveTensors();
    const [wide, kept] = await both(await inHalf("qwen2", "float16"), ({ model }) =>
      [...model.slots()].map((slot) => [slot.name, slot.get().dtype]),
    );
    expect(wide.every(([, dtype]) => dtype === "float32")).toBe(true);
    const isMatrix = (name = ""): boolean => /(proj|embed_tokens|lm_head)\.weight$/.test(name);
    expect(kept).toEqual(
      wide.map(([name]) => [name, isMatrix(name) ? "float16" : "float32"] as const),
    );
    expect(liveTensors()).toBe(before);
  });

  test("more rows than few are equal but for the order of sums", async () => {
    const stored = await inHalf("llama", "bfloat16");
    const [wide, kept] = await both(stored, (loaded) => logitsOf(loaded, 60));
    expect(apart(kept, wide)).toBeLessThanOrEqual(1e-6);
  });

  test("an adapter on them is one on float32 weights", async () => {
    const [wide, kept] = await both(await inHalf("llama", "bfloat16"), (loaded) => {
      const shape = { rank: 4, scale: 2, dropout: 0 };
      attachLora(loaded.model, { ...shape, targets: ["all-linear"], blockCount: -1 }, 5);
      for (const slot of loaded.model.slots())
        if (slot.name.endsWith("lora_b")) slot.set(slot.get().add(0.1));
      return logitsOf(loaded);
    });
    expect(apart(kept, wide)).toBeLessThanOrEqual(1e-6);
    const [plain] = await both(await inHalf("llama", "bfloat16"), (loaded) => logitsOf(loaded));
    expect(apart(plain, wide)).toBeGreaterThan(1e-2);
  });

  test("where another precision is asked for, that is what they become", async () => {
    const stored = await inHalf("llama", "float16");
    const { model } = await loadStoredModel(stored, { dtype: "bfloat16", keepsStored: true });
    expect([...model.slots()].every((slot) => slot.get().dtype === "bfloat16")).toBe(true);
    dispose(model);
  });
});

/** Blocks with anything in them but for their scales, which are halves near a hundredth. */
function blocks(
  type: { id: number; bytes: number; weights: number; halves: number },
  [rows = 0, columns = 0]: readonly number[],
  seed: number,
): GgufTensorPlan {
  const count = (rows * columns) / type.weights;
  const data = Buffer.alloc(count * type.bytes);
  let state = seed;
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[at] = state >>> 24;
  }
  for (let block = 0; block < count; block++)
    for (let half = 0; half < type.halves; half++)
      data.writeUInt16LE(
        0x1c00 + ((block * 37) % 1024) + half * 0x8400,
        block * type.bytes + 2 * half,
      );
  return { type: type.id, shape: [rows, columns], data };
}

describe("GGUF's blocks", () => {
  const types = {
    Q4_0: { id: 2, bytes: 18, weights: 32, halves: 1 },
    Q4_1: { id: 3, bytes: 20, weights: 32, halves: 2 },
    Q8_0: { id: 8, bytes: 34, weights: 32, halves: 1 },
    Q4_K: { id: 12, bytes: 144, weights: 256, halves: 2 },
  };
  const config = {
    hidden_size: 256,
    intermediate_size: 256,
    tie_word_embeddings: true,
  };

  async function quantized(type: keyof typeof types): Promise<StoredModel> {
    const folder = await makeToyModel(makeFolder(), { config });
    const shapes: Record<string, readonly number[]> = {
      attn_q: [256, 256],
      attn_k: [128, 256],
      attn_output: [256, 256],
      ffn_up: [256, 256],
    };
    const tensors = Object.entries(shapes).flatMap(([name, shape]) =>
      [0, 1].map((layer) => [`blk.${layer}.${name}.weight`, blocks(types[type], shape, layer + 1)]),
    );
    const file = makeFile(
      "m.gguf",
      await ggufModel(folder, { tensors: Object.fromEntries(tensors) }),
    );
    return await openStoredModel(file);
  }

  test.each(Object.keys(types) as (keyof typeof types)[])("%s", async (type) => {
    const stored = await quantized(type);
    const before = liveTensors();
    const [wide, kept] = await both(stored, (loaded) => {
      const layers = [...loaded.model.modules()].filter(([, layer]) => isPacked(layer));
      const weights = layers.map(([name]) => name);
      const rows = scope(() => loaded.model.forward(int32(ids, [1, ids.length])).toFloat32());
      return { weights, rows };
    });
    expect(wide.weights).toEqual([]);
    expect(kept.weights.length).toBe(8);
    expect(kept.rows.every(Number.isFinite)).toBe(true);
    expect(Buffer.from(kept.rows.buffer).equals(Buffer.from(wide.rows.buffer))).toBe(true);
    expect(liveTensors()).toBe(before);
  });
});
