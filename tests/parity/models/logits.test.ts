// Logits, losses and gradients of tiny models equal those of transformers and PyTorch.
// Training over many steps is compared elsewhere.
import path from "node:path";
import { describe, expect, test } from "vitest";
import { gradientsOf } from "../../../dev/port/examine.ts";
import { gradientTolerance, layerTolerance } from "../../../dev/port/fixture.ts";
import { architectures, storedTensors } from "../../../src/models/index.ts";
import { scope, type Tensor } from "../../../src/mx/index.ts";
import { loadTensors, openModelFolder } from "../../../src/weights/index.ts";
import {
  bitsOf,
  expectedOf,
  folderOfModels,
  loadFixture,
  modelNames,
  regenerate,
  relativeDifference,
} from "./fixtures.ts";

test("there are models of every kind to compare", () => {
  expect(modelNames).toEqual(
    expect.arrayContaining(["llama", "llama-biased-tied", "llama-llama3", "llama-sharded", "gpt2"]),
  );
});

describe.each(modelNames)("%s", (name) => {
  test("logits equal transformers", async () => {
    const { model } = await loadFixture(name, "float32");
    const { ids, logits } = await expectedOf(name);
    const difference = scope(() => relativeDifference(model.forward(ids), logits));
    expect(difference, regenerate).toBeLessThanOrEqual(layerTolerance);
  });

  test("the hidden state and the head apart give the same logits, and the same on any rows", async () => {
    const { model } = await loadFixture(name, "float32");
    const { ids, logits } = await expectedOf(name);
    const difference = scope(() => {
      const rows = model.hidden(ids).reshape(-1, model.hidden(ids).dim(2)).narrow(0, 20, 25);
      const wanted = logits.reshape(-1, logits.dim(2)).narrow(0, 20, 25);
      return relativeDifference(model.head(rows), wanted);
    });
    expect(difference, regenerate).toBeLessThanOrEqual(layerTolerance);
  });
});

/** Fixtures that hold gradients. */
const trained: string[] = [];
for (const name of modelNames) {
  if ((await expectedOf(name)).gradients.size > 0) trained.push(name);
}

test("an architecture's first fixture holds gradients", () => {
  expect(trained).toEqual(expect.arrayContaining(architectures.names()));
});

describe.each(trained)("%s, trained", (name) => {
  test("loss and gradients equal PyTorch", async () => {
    const loaded = await loadFixture(name);
    const expected = await expectedOf(name);
    scope(() => {
      const { loss, gradients } = gradientsOf(loaded, expected);
      expect(relativeDifference(loss, expected.loss)).toBeLessThanOrEqual(gradientTolerance);
      for (const [parameter, wanted] of expected.gradients) {
        const difference = relativeDifference(gradients.get(parameter) as Tensor, wanted);
        expect(difference, `${parameter} ${regenerate}`).toBeLessThanOrEqual(gradientTolerance);
      }
    });
  });
});

test("both styles of rotary settings describe the same model, bit for bit", async () => {
  for (const kind of ["llama-linear", "llama-llama3"]) {
    const { ids } = await expectedOf(kind);
    const [now, before] = await Promise.all([kind, `${kind}-old-style`].map((n) => loadFixture(n)));
    scope(() => {
      expect(bitsOf(now?.model.forward(ids)), kind).toEqual(bitsOf(before?.model.forward(ids)));
    });
  }
});

test("rotary variants differ from the plain model: the comparison above can fail", async () => {
  const { ids } = await expectedOf("llama");
  const plain = await loadFixture("llama");
  for (const kind of ["llama-linear", "llama-llama3"]) {
    const variant = await loadFixture(kind);
    const apart = scope(() =>
      relativeDifference(variant.model.forward(ids), plain.model.forward(ids)),
    );
    expect(apart).toBeGreaterThan(1e-2);
  }
});

test("three shards are the same model as one file, bit for bit", async () => {
  const one = await loadFixture("llama");
  const three = await loadFixture("llama-sharded");
  expect(three.model.parameters().size).toBe(one.model.parameters().size);
  for (const [name, tensor] of one.model.parameters())
    expect(bitsOf(three.model.parameters().get(name)), name).toEqual(bitsOf(tensor));
});

test("bfloat16 stays bfloat16 unless asked otherwise, and computes near the float32 logits", async () => {
  const { model } = await loadFixture("llama-bfloat16");
  const { ids, logits } = await expectedOf("llama-bfloat16");
  expect(new Set([...model.parameters().values()].map((tensor) => tensor.dtype))).toEqual(
    new Set(["bfloat16"]),
  );
  scope(() => {
    const own = model.forward(ids);
    expect(own.dtype).toBe("bfloat16");
    // Eight bits of fraction (0.4 %), rounded after each of some 20 operations in a row.
    expect(relativeDifference(own, logits), regenerate).toBeLessThanOrEqual(5e-2);
  });
});

test.each([
  // A bfloat16 number has 8 bits: float32 and float16 hold it, unless it is beyond float16's range.
  ["llama-bfloat16", "float32"],
  ["llama-bfloat16", "float16"],
] as const)("%s through %s and back is the same, bit for bit", async (name, through) => {
  const original = await loadFixture(name);
  const converted = await loadFixture(name, through);
  for (const [parameter, tensor] of converted.model.parameters()) {
    expect(tensor.dtype).toBe(through);
    const wanted = original.model.parameters().get(parameter);
    scope(() => {
      expect(bitsOf(tensor.astype("bfloat16")), parameter).toEqual(bitsOf(wanted));
    });
  }
});

test("only Conv1D weights are transposed: non-square projections keep their shape", async () => {
  const llama = await loadFixture("llama");
  expect(llama.model.parameters().get("model.layers.0.self_attn.k_proj.weight")?.shape).toEqual([
    16, 32,
  ]);
  const gpt2 = await loadFixture("gpt2");
  expect(gpt2.model.parameters().get("model.h.0.attn.c_attn.weight")?.shape).toEqual([96, 32]);
  const files = await openModelFolder(path.join(folderOfModels, "gpt2"));
  const turned = gpt2.entries
    .filter(({ sources: [source = ""], parameters: [name = ""] }) => {
      const stored = files.tensors.get(source)?.shape ?? [];
      return stored.join() !== gpt2.model.parameters().get(name)?.shape.join();
    })
    .flatMap(({ sources }) => sources);
  // c_attn and both of the feed-forward block, of three blocks; attn.c_proj is square
  expect(turned.length).toBe(9);
  for (const name of turned) expect(name).toMatch(/(c_attn|c_proj|c_fc)\.weight$/);
});

test("a model written back has the checkpoint's own names, shapes and bits", async () => {
  for (const name of ["llama", "gpt2"]) {
    const { model, entries } = await loadFixture(name);
    const original = await openModelFolder(path.join(folderOfModels, name));
    scope(() => {
      const written = storedTensors(model, entries);
      for (const [key, tensor] of loadTensors(original)) {
        const own = written.get(key);
        if (own === undefined) expect(key).toBe("lm_head.weight");
        else expect(relativeDifference(own, tensor), `${name} ${key}`).toBe(0);
      }
    });
  }
});
