// GGUF files that were changed at random: each is read as a model or refused, soon, and leaves nothing behind.
// 200,000 of them in `make soak`, a slice in every run; the seed fixes which.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type GgufHeader, readGgufHeader } from "../../../../src/weights/gguf/header.ts";
import { readGgufModel } from "../../../../src/weights/gguf/stored-model.ts";
import { ggufModel } from "../../../support/gguf-model.ts";
import {
  fuzzed,
  LONGEST_MS,
  MOST_GROWTH,
  mutatedBytes,
  outcomeOf,
  sourceOf,
} from "../../../support/mutations.ts";
import { rounds } from "../../../support/soak.ts";

const model = fileURLToPath(new URL("../../../fixtures/models/llama", import.meta.url));
const tokens = ["<unk>", "<s>", "</s>", "<0x0A>", "▁", "a", "b", "▁a", "ab", "▁ab"];
const factors = { type: 0, shape: [4], data: Buffer.from(Float32Array.of(1, 1, 1, 1).buffer) };
const original = await ggufModel(model, {
  metadata: {
    "general.alignment": ["u32", 32],
    "tokenizer.ggml.model": ["text", "llama"],
    "tokenizer.ggml.tokens": ["texts", tokens],
    "tokenizer.ggml.scores": ["f32s", tokens.map((_, id) => -id)],
    "tokenizer.ggml.token_type": ["i32s", tokens.map((_, id) => [2, 3, 3, 6][id] ?? 1)],
    "tokenizer.ggml.add_bos_token": ["bool", true],
    "a.large.number": ["u64", 2 ** 53 - 1],
  },
  tensors: { "rope_freqs.weight": factors },
});
const { dataStart } = await headerOf(original);

function headerOf(bytes: Buffer): Promise<GgufHeader> {
  return readGgufHeader(sourceOf(bytes, "mutated.gguf"));
}

/** With all that stands beside its weights; tensors that are accepted must lie within the file. */
async function read(bytes: Buffer): Promise<void> {
  const { companions } = await readGgufModel(sourceOf(bytes, "mutated.gguf"));
  for (const name of companions.names()) companions.read(name);
  const header = await headerOf(bytes);
  for (const { begin, end } of header.tensors.values())
    if (begin < header.dataStart || end < begin || end > bytes.length)
      throw new Error("a tensor outside the file");
}

const count = rounds({ slice: 3000, soak: 200_000 });

test(`${count} mutated files: no crash, no hang, no growth`, { timeout: 1_800_000 }, async () => {
  const { outcomes, slowest, growth } = await fuzzed({
    count,
    seed: 20_261_125,
    make: (random) => mutatedBytes(original, random, dataStart),
    outcome: (bytes) => outcomeOf(() => read(bytes)),
  });
  const codes = ["017", "050", "051", "052", "053", "054", "055"];
  const allowed = ["read", "FT-MODEL-025", ...codes.map((code) => `FT-WEIGHTS-${code}`)];
  expect([...outcomes.keys()].filter((found) => !allowed.includes(found))).toEqual([]);
  expect(outcomes.size).toBeGreaterThan(5);
  expect(slowest).toBeLessThan(LONGEST_MS);
  expect(growth).toBeLessThan(MOST_GROWTH);
});
