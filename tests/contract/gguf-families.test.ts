// Every family that is written as GGUF is read back: the same logits, the same ids, every tensor in its type.
// What llama.cpp makes of the files is tests/interop/gguf's question.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadAdapter } from "../../src/adapters/index.ts";
import { filesMadeBy } from "../../src/core/named-files.ts";
import { planConversion } from "../../src/export/conversion.ts";
import { writeConversion } from "../../src/export/converted-folder.ts";
import { planGguf } from "../../src/export/gguf/plan.ts";
import { writeGguf } from "../../src/export/gguf/write.ts";
import { mergedModel } from "../../src/export/merged-model.ts";
import { loadStoredModel } from "../../src/models/index.ts";
import { dispose, int32, scope } from "../../src/mx/index.ts";
import { loadTokenizer } from "../../src/text/index.ts";
import { ggufWritings } from "../../src/weights/gguf/architectures/writings.ts";
import { text, u32 } from "../../src/weights/gguf/entries.ts";
import { readGgufFile } from "../../src/weights/gguf/header.ts";
import { openStoredModel, type StoredModel } from "../../src/weights/index.ts";
import { relativeDifference } from "../parity/models/fixtures.ts";
import { drawnAdapter } from "../support/drawn-adapter.ts";
import { ggufFamilies, makeFamilyModel } from "../support/gguf-families.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-gguf-families-"));
afterAll(() => rmSync(root, { recursive: true }));

test("every family that is written has a model here", () => {
  const covered = new Set(Object.keys(ggufFamilies));
  // the same text model in a checkpoint of another name
  covered.add("gemma4_unified_text");
  expect(ggufWritings.names().filter((name) => !covered.has(name))).toEqual([]);
});

const question = "Hello there, what is 12345 plus one? It is naïve.\n  ok";

async function difference(one: StoredModel, other: StoredModel, ids: number[]): Promise<number> {
  const [a, b] = await Promise.all([loadStoredModel(one), loadStoredModel(other)]);
  const result = scope(() => {
    const input = int32(ids, [1, ids.length]);
    return relativeDifference(b.model.forward(input), a.model.forward(input));
  });
  dispose([a.model, b.model]);
  return result;
}

/** Rotary factors go through float32, which YaRN's magnitude and long factors do not have here. */
const rounded = new Set(["llama-yarn", "llama-stretched", "ministral3", "phi3-long"]);

describe.each(Object.keys(ggufFamilies))("%s", (name) => {
  const folder = path.join(root, name);
  const written = async (quant: string): Promise<string> => {
    const stored = await openStoredModel(folder);
    const file = path.join(root, `${name}.${quant}.gguf`);
    await writeGguf(file, await planGguf(stored, { quant, name: `./${name}` }));
    return file;
  };

  test("in float32 it is the same model and the same tokenizer", async () => {
    const before = await openStoredModel(await makeFamilyModel(folder, name));
    const after = await openStoredModel(await written("f32"));
    const ids = (await loadTokenizer(before.companions)).encode(question, {
      addSpecialTokens: true,
    });
    const again = await loadTokenizer(after.companions);
    expect(again.encode(question, { addSpecialTokens: true })).toEqual(ids);
    // norms that a file has plus one are rounded to it: one bit of float32
    expect(await difference(before, after, ids)).toBeLessThanOrEqual(
      rounded.has(name) ? 2e-5 : 2e-6,
    );
  });

  test("quantized, no weight is further away than half a step", async () => {
    const before = await openStoredModel(path.join(root, `${name}.f32.gguf`));
    const file = await written("q8_0");
    const { tensors } = await readGgufFile(file);
    const types = new Set([...tensors.values()].map(({ type }) => type.name));
    types.delete("F16");
    expect(types).toEqual(new Set(["F32", "Q8_0"]));
    const after = await openStoredModel(file);
    expect([...after.tensors.keys()]).toEqual([...before.tensors.keys()]);
    const [one, other] = [before.load(), after.load()];
    for (const at of before.tensors.keys()) {
      const [a, b] = [one.read(at), other.read(at)];
      // a step is a 127th of the largest weight of a block; its half, and a scale that is a half
      expect(relativeDifference(b, a), at).toBeLessThanOrEqual(0.55 / 127);
      dispose([a, b]);
    }
    one.close();
    other.close();
  });
});

describe.each(["affine", "mxfp4"] as const)("an adapter on a base that MLX packed: %s", (mode) => {
  const at = (what: string): string => path.join(root, `${mode}-${what}`);

  /** A packed base with halves for scales, and an adapter whose update is far smaller than a step of the packing. */
  async function makeBase(): Promise<void> {
    const whole = await openStoredModel(await makeFamilyModel(at("whole"), "llama"));
    const packing = { mode, bits: 4, groupSize: 32 } as const;
    const conversion = await planConversion(whole, { packing, dtype: "float16" });
    expect(conversion.packed.size).toBeGreaterThan(10);
    await writeConversion(at("base"), conversion);
    await drawnAdapter(await openStoredModel(at("base")), at("adapter"), { deviation: 0.02 });
  }

  async function written(quant: string): Promise<StoredModel> {
    const merged = await mergedModel(await openStoredModel(at("base")), at("adapter"));
    const file = at(`${quant}.gguf`);
    await writeGguf(file, await planGguf(merged, { quant, name: "./packed" }));
    return await openStoredModel(file);
  }

  test("the update is added to the unpacked numbers, in full precision", async () => {
    await makeBase();
    const base = await openStoredModel(at("base"));
    const [plain, apart, whole] = await Promise.all(
      [base, base, await written("f32")].map((one) => loadStoredModel(one, { dtype: "float32" })),
    );
    if (!plain || !apart || !whole) throw new RangeError("three models");
    await loadAdapter(at("adapter"), apart.model);
    const found = scope(() => {
      const input = int32([5, 31, 7, 200, 11, 90], [1, 6]);
      const wanted = apart.model.forward(input);
      return {
        whole: relativeDifference(whole.model.forward(input), wanted),
        base: relativeDifference(plain.model.forward(input), wanted),
      };
    });
    dispose([apart.model, plain.model, whole.model]);
    // packed and plain matrices are multiplied in another order, in float32
    expect(found.whole).toBeLessThanOrEqual(5e-5);
    expect(found.base).toBeGreaterThan(0.002);
  });

  test("quantized, each weight is the nearest to that sum", async () => {
    const one = await openStoredModel(at("f32.gguf"));
    const [sums, quantized] = [one.load(), (await written("q8_0")).load()];
    for (const name of one.tensors.keys()) {
      const [a, b] = [quantized.read(name), sums.read(name)];
      expect(relativeDifference(a, b), name).toBeLessThanOrEqual(0.55 / 127);
      dispose([a, b]);
    }
    sums.close();
    quantized.close();
  });
});

test("a file made of a .gguf file keeps its keys, and takes the template that is given now", async () => {
  const folder = await makeFamilyModel(path.join(root, "kept"), "qwen2");
  const first = path.join(root, "kept-1.gguf");
  const plan = await planGguf(await openStoredModel(folder), { quant: "f16", name: "owner/kept" });
  plan.entries.set("general.author", text("someone")).set("own.key", u32(7));
  await writeGguf(first, plan);
  const stored = await openStoredModel(first);
  const again = await planGguf(stored, { quant: "q8_0", name: "another" });
  const before = (await readGgufFile(first)).entries;
  expect(again.entries).toEqual(new Map([...before, ["general.file_type", u32(7)]]));
  const given = filesMadeBy("", new Map([["chat_template.jinja", () => "{{ messages }}"]]));
  const files = stored.companions;
  const companions = {
    ...files,
    has: (name: string) => given.has(name) || files.has(name),
    read: (name: string) => given.read(name) ?? files.read(name),
  };
  const changed = await planGguf({ ...stored, companions }, { quant: "f16", name: "another" });
  expect(changed.entries.get("tokenizer.chat_template")).toEqual(text("{{ messages }}"));
});
