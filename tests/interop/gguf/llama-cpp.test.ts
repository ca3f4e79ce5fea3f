// llama.cpp reads what is written: for a model of every family its 32 likeliest tokens are those here, an adapter's file
// changes them as the adapter does here, and gguf-py reads the keys that were meant.
// With FT_GGUF_TUNED, the folder of an adapter on builtin/smollm2 (make quick writes one), the same of a tuned model.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { installedPeer } from "../../../dev/bench/llama-cpp.ts";
import { exportModel } from "../../../src/app/share/export-model.ts";
import { loadModel, type Model } from "../../../src/generate/load-model.ts";
import { dispose, retain, tensor } from "../../../src/mx/index.ts";
import { readGgufFile } from "../../../src/weights/gguf/header.ts";
import { saveTensors } from "../../../src/weights/index.ts";
import { ggufFamilies, makeFamilyModel, normals } from "../../support/gguf-families.ts";
import { greedyOf, topsOf } from "../../support/greedy.ts";
import { withLlama } from "../../support/llama-cpp.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-llama-cpp-"));
afterAll(() => rmSync(root, { recursive: true }));

const peer = installedPeer() ?? "";
const question = "Hello there, what is 12345 plus one? It is naïve.\n  ok";
const COUNT = 32;
/** llama.cpp adds up in another order, and takes what weights of two bytes are multiplied with as halves too. */
const SURE = { f32: 0.002, f16: 0.015 };

async function asked<T>(
  name: string,
  adapter: string | undefined,
  use: (model: Model) => T,
): Promise<T> {
  const model = await loadModel(name, {
    dtype: "float32",
    ...(adapter !== undefined && { adapter }),
  });
  try {
    return use(model);
  } finally {
    dispose(model.loaded.model);
  }
}

/** A model whose answer is sure at every step, so that rounding does not decide it. */
async function sureModel(name: string) {
  for (let seed = 1; seed < 60; seed++) {
    const folder = await makeFamilyModel(
      path.join(root, `${name.replaceAll("phi3", "fi")}-${seed}`),
      name,
      seed,
    );
    const found = await asked(folder, undefined, (model) => {
      const ids = model.tokenizer.encode(question);
      const prompt = ids.slice(0, 12);
      return { folder, ids, prompt, ...greedyOf(model, prompt, COUNT) };
    });
    if (found.margin > SURE.f32 && new Set(found.tokens).size > 4) return found;
  }
  throw new Error(`no seed of ${name} is sure of its answer`);
}

async function written(model: string, quant: string, more: object = {}): Promise<string> {
  const output = path.join(root, `${path.basename(model)}-${quant}-${Math.random()}.gguf`);
  await exportModel({ format: "gguf", model, output, quant, ...more });
  return output;
}

describe.each(Object.keys(ggufFamilies))("%s", (name) => {
  test("the same ids and the same 32 likeliest tokens, in halves where it is sure of them", async () => {
    const { folder, ids, prompt, tokens } = await sureModel(name);
    await withLlama(peer, await written(folder, "f32"), async (llama) => {
      expect(llama.ids(question)).toEqual(ids);
      expect(await llama.greedy(prompt, COUNT)).toEqual(tokens);
    });
    const all = [...prompt, ...tokens];
    const ours = await asked(folder, undefined, (model) => topsOf(model, all));
    await withLlama(peer, await written(folder, "f16"), async (llama) => {
      const theirs = await llama.tops(all);
      const sure = ours.flatMap(({ token, margin }, position) =>
        margin > SURE.f16 ? [[position, token] as const] : [],
      );
      expect(sure.length).toBeGreaterThan(all.length / 3);
      expect(sure.map(([position]) => [position, theirs[position]])).toEqual(sure);
    });
  });
});

interface Read {
  fields: Record<string, unknown>;
  tensors: Record<string, [string, number[]]>;
}

test.each(["llama", "gemma4_text"])("gguf-py reads the keys and tensors of %s", async (name) => {
  const folder = await makeFamilyModel(path.join(root, `${name}-read`), name);
  const file = await written(folder, "q8_0");
  const script = path.join(import.meta.dirname, "read_gguf.py");
  const python = process.env["FT_PEERS_PYTHON"] ?? "";
  const read = JSON.parse(execFileSync(python, [script, file], { encoding: "utf8" })) as Read;
  const { metadata, tensors } = await readGgufFile(file);
  const plain = [...metadata].map(([key, value]) => [
    key,
    ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value,
  ]);
  expect(read.fields).toEqual(Object.fromEntries(plain));
  const shapes = [...tensors].map(([key, { type, shape }]) => [key, [type.name, shape]]);
  expect(read.tensors).toEqual(Object.fromEntries(shapes));
});

/** An adapter in mlx-lm's form on these layers: [path, inputs, outputs]. */
async function makeAdapter(
  folder: string,
  model: string,
  layers: readonly (readonly [string, number, number])[],
): Promise<string> {
  const normal = normals(11);
  const [rank, scale] = [4, 2.5];
  const drawn = (rows: number, columns: number) =>
    retain(
      tensor(
        Float32Array.from({ length: rows * columns }, () => 0.12 * normal()),
        [rows, columns],
        "float32",
      ),
    );
  mkdirSync(folder);
  const tensors = new Map(
    layers.flatMap(([at, inputs, outputs]) => [
      [`${at}.lora_a`, drawn(inputs, rank)] as const,
      [`${at}.lora_b`, drawn(rank, outputs)] as const,
    ]),
  );
  await saveTensors(path.join(folder, "adapters.safetensors"), tensors);
  dispose(tensors);
  const keys = [...new Set(layers.map(([at]) => at.replace(/^.*\.\d+\./, "")))];
  const lora_parameters = { rank, scale, dropout: 0, keys };
  const config = { fine_tune_type: "lora", num_layers: 3, model, lora_parameters };
  writeFileSync(path.join(folder, "adapter_config.json"), JSON.stringify(config));
  return folder;
}

const at = (layer: number, name: string): string => `model.layers.${layer}.${name}`;
const adapted: Record<string, (readonly [string, number, number])[]> = {
  llama: [0, 1, 2].flatMap((layer) => [
    [at(layer, "self_attn.q_proj"), 64, 64] as const,
    [at(layer, "self_attn.k_proj"), 64, 32] as const,
    [at(layer, "mlp.down_proj"), 96, 64] as const,
  ]),
  phi3: [0, 1, 2].map((layer) => [at(layer, "self_attn.qkv_proj"), 64, 128] as const),
  gpt2: [0, 1, 2].map((layer) => [`model.h.${layer}.attn.c_attn`, 64, 192] as const),
  gemma3_text: [3, 4, 5].map((layer) => [at(layer, "mlp.gate_proj"), 64, 96] as const),
};

test.each(Object.keys(adapted))("an adapter by itself changes the answer of %s", async (name) => {
  const { folder, prompt, tokens } = await sureModel(name);
  const adapter = await makeAdapter(
    path.join(root, `adapter-${name}`),
    folder,
    adapted[name] ?? [],
  );
  const ours = await asked(folder, adapter, (model) => greedyOf(model, prompt, COUNT));
  expect(ours.tokens).not.toEqual(tokens);
  const alone = await written(folder, "f32", { adapter, adapterOnly: true });
  const merged = await written(folder, "f32", { adapter });
  await withLlama(peer, await written(folder, "f32"), async (llama) => {
    expect(await llama.greedy(prompt, COUNT)).toEqual(tokens);
    const theirs = await llama.greedy(prompt, COUNT, alone);
    const sure = ours.margin > SURE.f32 ? COUNT : 12;
    expect(theirs.slice(0, sure)).toEqual(ours.tokens.slice(0, sure));
  });
  await withLlama(peer, merged, async (llama) => {
    const sure = ours.margin > SURE.f32 ? COUNT : 12;
    expect((await llama.greedy(prompt, COUNT)).slice(0, sure)).toEqual(ours.tokens.slice(0, sure));
  });
});

const tuned = process.env["FT_GGUF_TUNED"];

describe.skipIf(tuned === undefined)("a tuned SmolLM2", () => {
  const model = tuned ?? "";
  const messages = [
    {
      role: "user" as const,
      content: "Table: matches (team, points, year). How many points did Rovers have in 1998?",
    },
  ];

  test.each(["f32", "f16"])("%s: the same 32 likeliest tokens", async (quant) => {
    const { prompt, tokens } = await asked(model, undefined, (loaded) => {
      const text = `<|im_start|>user\n${messages[0]?.content}<|im_end|>\n<|im_start|>assistant\n`;
      const ids = loaded.tokenizer.encode(text);
      return { prompt: ids, ...greedyOf(loaded, ids, COUNT) };
    });
    await withLlama(peer, await written(model, quant), async (llama) => {
      expect(await llama.greedy(prompt, COUNT)).toEqual(tokens);
    });
  });

  test("q8_0: the same likeliest token at 95 of 100 positions", async () => {
    const text =
      "The railway reached the valley in 1884, and with it came the quarrymen, the shopkeepers and a newspaper. " +
      "By the end of the century the town had two schools, a library of four thousand books and a brass band that " +
      "played on the bridge every Sunday in summer. Water was pumped from the river until the reservoir was built. " +
      "SELECT name, points FROM matches WHERE year = 1998 ORDER BY points DESC; the answer is a list of rows. ";
    const { ids, ours } = await asked(model, undefined, (loaded) => {
      const all = loaded.tokenizer.encode(text.repeat(2)).slice(0, 200);
      return { ids: all, ours: topsOf(loaded, all).map(({ token }) => token) };
    });
    expect(ids.length).toBe(200);
    await withLlama(peer, await written(model, "q8_0"), async (llama) => {
      const theirs = await llama.tops(ids);
      const same = theirs.filter((token, position) => token === ours[position]).length;
      expect(same / ids.length).toBeGreaterThanOrEqual(0.95);
    });
  });
});
