// Reading through a cache, and packing rows, change nothing, whatever the rotary variant or the heads.
// Sampling is not tested here.
import { describe, expect, test } from "vitest";
import { greedyTokens } from "../../../dev/port/examine.ts";
import { int32, liveTensors, scope, type Tensor } from "../../../src/mx/index.ts";
import { oneByOne, readInPieces, readPacked } from "../../contract/decoding.ts";
import { expectedOf, loadFixture, modelNames, regenerate, relativeDifference } from "./fixtures.ts";

/** The same sums over matrices of other shapes, hence in another order; as between two libraries. Jamba is 5.2e-6 apart. */
const tolerance = 6e-6;

/** Indices 0, 7, 14, … modulo 34: `count` tokens out of the fixture's 34. */
function rows(count: number): Tensor {
  return int32(Array.from({ length: count }, (_, at) => (at * 7) % 34));
}

describe.each(modelNames)("%s", (name) => {
  test.each<[string, (length: number) => number[]]>([
    ["token by token", oneByOne],
    ["a prompt, then token by token", (length) => [9, ...oneByOne(length - 9)]],
    ["in chunks", (length) => [6, 1, 7, length - 14]],
  ])("%s", async (_, pieces) => {
    const { model } = await loadFixture(name, "float32");
    const { ids, cached } = await expectedOf(name);
    const read = scope(() => {
      const own = readInPieces(model, ids, pieces(ids.dim(1)));
      return relativeDifference(own, cached);
    });
    expect(read, regenerate).toBeLessThanOrEqual(tolerance);
  });

  test("the most likely tokens, one after the other through a cache, are transformers'", async () => {
    const { model } = await loadFixture(name, "float32");
    const { ids, greedy } = await expectedOf(name);
    const own = scope(() => greedyTokens(model, ids, greedy.dim(1)));
    expect(own, regenerate).toEqual([...greedy.toMemory()]);
  });

  test("two rows packed into one are as two rows", async () => {
    const { model } = await loadFixture(name, "float32");
    const { ids, logits } = await expectedOf(name);
    scope(() => {
      const [first, second] = [ids.narrow(0, 0, 1).narrow(1, 0, 11), ids.narrow(0, 1, 2)];
      const packed = readPacked(model, first, second);
      const wanted = [logits.narrow(0, 0, 1).narrow(1, 0, 11), logits.narrow(0, 1, 2)];
      expect(packed.length).toBe(2);
      for (const [index, part] of packed.entries()) {
        const difference = relativeDifference(part, wanted[index] as Tensor);
        expect(difference, regenerate).toBeLessThanOrEqual(tolerance);
      }
    });
  });
});

test("packing without segments is not the same: the comparison above can fail", async () => {
  const { model } = await loadFixture("llama");
  const { ids, logits } = await expectedOf("llama");
  const apart = scope(() => {
    const both = model.forward(ids.reshape(1, 34)).narrow(1, 17, 34);
    return relativeDifference(both, logits.narrow(0, 1, 2));
  });
  expect(apart).toBeGreaterThan(1e-2);
});

test("a cache grows past its first block without losing anything", async () => {
  const { model } = await loadFixture("llama");
  const { ids } = await expectedOf("llama");
  scope(() => {
    const long = ids.reshape(1, 34).take(rows(700), 1);
    const whole = model.forward(long);
    const pieces = readInPieces(model, long, [5, 600, 1, 94]);
    expect(relativeDifference(pieces, whole)).toBeLessThanOrEqual(tolerance);
  });
});

test("loading and dropping a model leaves no tensor behind", async () => {
  for (const name of ["llama-llama3", "gpt2"]) {
    const before = liveTensors();
    const { model } = await loadFixture(name);
    expect(liveTensors()).toBe(before + [...model.tensors()].length);
    for (const tensor of model.tensors()) tensor.dispose();
    expect(liveTensors()).toBe(before);
  }
});
