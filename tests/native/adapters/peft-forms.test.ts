// PEFT's form: settings that are understood or refused, ranks and strengths by pattern, heads apart from embeddings, whole
// parameters, what has no place. Files of PEFT itself are tests/interop's.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adapterFormats, openAdapter } from "../../../src/adapters/index.ts";
import { convertModel } from "../../../src/app/models/convert-model.ts";
import { FtError } from "../../../src/core/errors.ts";
import { writeAdapter } from "../../../src/export/adapter-folder.ts";
import { mergedModel } from "../../../src/export/merged-model.ts";
import { loadModel, type Model } from "../../../src/generate/load-model.ts";
import { plainSampling } from "../../../src/generate/sampling.ts";
import { architectureOf, loadStoredModel, planFittingModel } from "../../../src/models/index.ts";
import { dispose, int32, normal, randomKey, scope, type Tensor } from "../../../src/mx/index.ts";
import { loadTensorFile, openModelFolder, saveTensors } from "../../../src/weights/index.ts";
import { rejection } from "../../support/refusal.ts";
import { makeToyModel, toyConfig } from "../../support/toy-model.ts";

let root: string;
let tied: string;
let untied: string;
beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), "ft-peft-"));
  tied = await makeToyModel(path.join(root, "tied"));
  untied = await makeToyModel(path.join(root, "untied"), {
    config: { tie_word_embeddings: false },
  });
});
afterAll(() => rmSync(root, { recursive: true }));

const prefix = "base_model.model.";
const query = "model.layers.0.self_attn.q_proj";
const { hidden_size: width } = toyConfig;

type Shapes = Record<string, number[]>;

const linear = (module: string, rank = 2, rows = width, columns = width): Shapes => ({
  [`${prefix}${module}.lora_A.weight`]: [rank, columns],
  [`${prefix}${module}.lora_B.weight`]: [rows, rank],
});

/** A folder as PEFT writes it, with drawn numbers. */
async function peft(shapes: Shapes, config: Record<string, unknown> = {}): Promise<string> {
  const folder = mkdtempSync(path.join(root, "one-"));
  const tensors = scope(
    () =>
      new Map(
        Object.entries(shapes).map(([name, shape], at) => [
          name,
          normal(0, 0.3, shape, randomKey(at)),
        ]),
      ),
  );
  await saveTensors(path.join(folder, "adapter_model.safetensors"), tensors, { format: "pt" });
  dispose(tensors);
  const told = { peft_type: "LORA", r: 2, lora_alpha: 4, target_modules: ["q_proj"], ...config };
  writeFileSync(path.join(folder, "adapter_config.json"), JSON.stringify(told));
  return folder;
}

async function opened(folder: string, model = untied) {
  const planned = await planFittingModel(await openModelFolder(model));
  const published = (await architectureOf(planned.source.config)).recipe(planned.source.config);
  return await openAdapter(folder, { model: planned.model, published });
}

const shapeAt = async (folder: string, at: string) => (await opened(folder)).layers.get(at)?.shape;

describe("rank and scale", () => {
  test("alpha over the rank, and over its root where it is stabilized", async () => {
    expect(await shapeAt(await peft(linear(query)), query)).toMatchObject({ rank: 2, scale: 2 });
    const stable = await peft(linear(query, 4), { r: 4, use_rslora: true });
    expect(await shapeAt(stable, query)).toMatchObject({ rank: 4, scale: 2 });
  });

  test("patterns decide by the end of a name, the first that fits", async () => {
    const other = "model.layers.1.self_attn.q_proj";
    const folder = await peft(
      { ...linear(query, 4), ...linear(other, 8) },
      {
        rank_pattern: { "layers.0.self_attn.q_proj": 4, ".*q_proj": 8 },
        alpha_pattern: { "layers\\.\\d+\\.self_attn\\.q_proj": 16 },
      },
    );
    expect(await shapeAt(folder, query)).toMatchObject({ rank: 4, scale: 4 });
    expect(await shapeAt(folder, other)).toMatchObject({ rank: 8, scale: 2 });
  });

  test("a pattern without end is not followed", async () => {
    const folder = await peft(linear(query), { rank_pattern: { "((a|a)*)*b": 7 } });
    expect(await shapeAt(folder, query)).toMatchObject({ rank: 2 });
  });

  test("in mlx-lm's form the smaller rank is widened and its scale is in B", async () => {
    const other = "model.layers.1.self_attn.q_proj";
    const folder = await peft(
      { ...linear(query, 2), ...linear(other, 4) },
      { rank_pattern: { "layers.1.self_attn.q_proj": 4 } },
    );
    const adapter = await opened(folder);
    const planned = await planFittingModel(await openModelFolder(untied));
    const { config, tensors, dropped } = adapterFormats
      .get("mlx")
      .write(adapter, { model: planned.model });
    expect(dropped).toEqual([]);
    expect(config["lora_parameters"]).toMatchObject({
      rank: 4,
      scale: 2,
      keys: ["self_attn.q_proj"],
    });
    expect(tensors.get(`${query}.lora_a`)?.shape).toEqual([width, 4]);
    dispose(tensors);
  });
});

test.each([
  ["another kind", { peft_type: "IA3" }],
  ["aLoRA", { alora_invocation_tokens: [1, 2] }],
  ["repeated layers", { layer_replication: [[0, 1]] }],
  ["single tokens", { trainable_token_indices: [5] }],
  ["a start that changes the base", { init_lora_weights: "pissa" }],
])("%s is refused, with what it is", async (_, config) => {
  const error = await rejection(opened(await peft(linear(query), config)), FtError);
  expect(error.code).toBe("FT-ADAPTER-009");
  expect(error.problems).toHaveLength(1);
});

describe("what has no place on the model", () => {
  test("is told when it is opened, and refused when it is to be used: nothing is put on", async () => {
    const strange = "model.vision.blocks.0.attn.q_proj";
    const folder = await peft({ ...linear(query), ...linear(strange) });
    const { dropped, layers } = await opened(folder);
    expect([...layers.keys()]).toEqual([query]);
    expect(dropped).toEqual([expect.objectContaining({ what: `${strange}.weight` })]);
    const error = await rejection(loadModel(untied, { adapter: folder }), FtError);
    expect(error).toMatchObject({ code: "FT-ADAPTER-004" });
    expect(error.problems.join()).toContain(strange);
    expect(error.message).toContain(untied);
  });

  test("layers of another size: the base is wrong", async () => {
    const folder = await peft(linear(query, 2, width, width + 8), {
      base_model_name_or_path: "org/other",
    });
    const error = await rejection(opened(folder), FtError);
    expect(error).toMatchObject({ code: "FT-ADAPTER-004" });
    expect(error.hint).toContain("org/other");
  });

  test("lengths of an embedding's columns, and biases of factors", async () => {
    const rows = (await planFittingModel(await openModelFolder(untied))).sizes.vocabularySize;
    const folder = await peft(
      {
        ...linear(query),
        [`${prefix}${query}.lora_B.bias`]: [width],
        [`${prefix}model.embed_tokens.lora_embedding_A`]: [2, rows],
        [`${prefix}model.embed_tokens.lora_embedding_B`]: [width, 2],
        [`${prefix}model.embed_tokens.lora_magnitude_vector`]: [width],
      },
      { use_dora: true },
    );
    const { dropped } = await opened(folder);
    expect(dropped.map(({ what }) => what).toSorted()).toEqual([
      "model.embed_tokens.weight",
      `${query}.lora_B.bias`,
    ]);
  });
});

const ids = [3, 1, 4, 1, 5, 9, 2, 6];

async function logitsOf(name: string, adapter?: string): Promise<Float32Array> {
  const model = await loadModel(name, { ...(adapter && { adapter }), dtype: "float32" });
  const { data } = model.forward(ids);
  model.dispose();
  return data;
}

function apart(one: Float32Array, other: Float32Array): number {
  const largest = other.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0) / largest
  );
}

/** Sums in float32, in another order. */
const sameSums = 2e-5;

describe("a tied model", () => {
  let tokens: number;
  beforeAll(async () => {
    tokens = (await planFittingModel(await openModelFolder(tied))).sizes.vocabularySize;
  });
  const embedding = (): Shapes => ({
    [`${prefix}model.embed_tokens.lora_embedding_A`]: [2, tokens],
    [`${prefix}model.embed_tokens.lora_embedding_B`]: [width, 2],
  });

  /** The table with the update in it, as embedding or as head of a model that has both. */
  async function byHand(folder: string, part: "embedding" | "head"): Promise<Float32Array> {
    const { tensors } = await loadTensorFile(path.join(folder, "adapter_model.safetensors"));
    const loaded = await loadStoredModel(await openModelFolder(tied), { dtype: "float32" });
    const { model } = loaded;
    const data = scope(() => {
      const [a, b] = [...tensors.values()] as [Tensor, Tensor];
      const table = model.parameters().get("model.embed_tokens.weight") as Tensor;
      const update = (a.dim(0) === 2 ? b.matmul(a) : a.matmul(b)).mul(2);
      const changed = table.add(
        update.shape.join() === table.shape.join() ? update : update.transpose(),
      );
      const slot = [...model.slots()].find(({ name }) => name === "model.embed_tokens.weight");
      if (part === "embedding") slot?.set(changed);
      const hidden = model.hidden(int32(ids, [1, ids.length]));
      slot?.set(part === "embedding" ? table : changed);
      const logits = model.head(hidden).toFloat32();
      slot?.set(table);
      return logits;
    });
    dispose([model, tensors]);
    return data;
  }

  test.each(["embedding", "head"] as const)("its %s alone is changed", async (part) => {
    const shapes = part === "embedding" ? embedding() : linear("lm_head", 2, tokens);
    const folder = await peft(shapes);
    expect((await opened(folder, tied)).unties).toBe(true);
    const wanted = await byHand(folder, part);
    expect(apart(await logitsOf(tied), wanted)).toBeGreaterThan(1000 * sameSums);
    expect(apart(await logitsOf(tied, folder), wanted)).toBeLessThanOrEqual(sameSums);
    const base = await loadModel(tied, { dtype: "float32" });
    await base.addAdapter("one", folder);
    base.dispose();
    const merged = await mergedModel(await openModelFolder(tied), folder);
    expect(merged.config).toMatchObject({ tie_word_embeddings: false });
    const { model } = await loadStoredModel(merged, { dtype: "float32" });
    const logits = scope(() => model.forward(int32(ids, [1, ids.length])).toFloat32());
    expect(apart(logits, wanted)).toBeLessThanOrEqual(sameSums);
    dispose(model);
  });

  test("where PEFT ties both, the table is one and stays it", async () => {
    const folder = await peft(embedding(), { ensure_weight_tying: true });
    const { unties, layers } = await opened(folder, tied);
    expect(unties).toBe(false);
    expect([...layers.keys()]).toEqual(["model.embed_tokens"]);
  });
});

test("whole parameters are taken over, and written again", async () => {
  const rows = (await planFittingModel(await openModelFolder(untied))).sizes.vocabularySize;
  const shapes = { ...linear(query), [`${prefix}lm_head.weight`]: [rows, width] };
  const folder = await peft(shapes, { modules_to_save: ["lm_head"] });
  const adapter = await opened(folder);
  expect([...adapter.replaced.keys()]).toEqual(["lm_head.weight"]);
  const base = await openModelFolder(untied);
  const [{ model }, plain] = [
    await loadStoredModel(await mergedModel(base, folder), { dtype: "float32" }),
    await logitsOf(untied, folder),
  ];
  const logits = scope(() => model.forward(int32(ids, [1, ids.length])).toFloat32());
  expect(apart(logits, plain)).toBeLessThanOrEqual(sameSums);
  expect(apart(await logitsOf(untied), plain)).toBeGreaterThan(0.1);
  dispose(model);
  const planned = await planFittingModel(base);
  const again = path.join(root, "again");
  const written = adapterFormats.get("peft").write(adapter, { model: planned.model });
  expect(written.config["modules_to_save"]).toEqual(["lm_head"]);
  await writeAdapter(again, written);
  expect(apart(await logitsOf(untied, again), plain)).toBe(0);
  const mlx = adapterFormats.get("mlx").write(adapter, { model: planned.model });
  expect(mlx.dropped).toEqual([expect.objectContaining({ what: "lm_head.weight" })]);
  dispose(mlx.tensors);
});

test("an adapter that is added computes what one that is loaded with the model does, from halves too", async () => {
  const half = path.join(root, "half");
  await convertModel({ model: untied, folder: half, dtype: "bfloat16" });
  const folder = await peft(linear(query));
  const [alone, model] = [await loadModel(half, { adapter: folder }), await loadModel(half)];
  await model.addAdapter("one", folder);
  const ask = (one: Model, adapter?: string) =>
    one.engine.submit({
      ...{ prompt: ids, maxTokens: 12, stopTokenIds: [], sampling: plainSampling, seed: 0 },
      ...{ adapter, alternatives: 0 },
    }).ended;
  const [wanted, found, plain] = [await ask(alone), await ask(model, "one"), await ask(model)];
  expect(found.tokenIds).toEqual(wanted.tokenIds);
  expect(plain.tokenIds).not.toEqual(wanted.tokenIds);
  alone.dispose();
  model.dispose();
});
