import { performance } from "node:perf_hooks";
// Headers that were changed at random: each is read as a checkpoint or refused, soon, and leaves nothing behind.
// 100,000 of them in `make soak`, a slice in every run; the seed fixes which.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ModelError } from "../../../../src/core/errors.ts";
import { Random } from "../../../../src/core/random.ts";
import type { ByteSource } from "../../../../src/weights/byte-source.ts";
import { type GgufHeader, readGgufHeader } from "../../../../src/weights/gguf/header.ts";
import { readGgufModel } from "../../../../src/weights/gguf/stored-model.ts";
import { ggufModel } from "../../../support/gguf-model.ts";
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

/** Numbers at which counts, lengths and offsets break. */
const edges = [
  0n,
  1n,
  31n,
  2n ** 16n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

type Mutation = (bytes: Buffer, at: number, random: Random) => Buffer;

const mutations: readonly Mutation[] = [
  (bytes, at, random) => {
    bytes[at] = random.integer(256);
    return bytes;
  },
  (bytes, at, random) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8));
    return bytes;
  },
  (bytes, at, random) => {
    const edge = edges[random.integer(edges.length)] ?? 0n;
    if (at + 8 <= bytes.length) bytes.writeBigUInt64LE(edge, at);
    return bytes;
  },
  (bytes, at, random) => {
    const edge = edges[random.integer(6)] ?? 0n;
    if (at + 4 <= bytes.length) bytes.writeUInt32LE(Number(edge), at);
    return bytes;
  },
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random) => {
    const end = Math.min(bytes.length, at + random.integer(64));
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
  },
  (bytes, at, random) =>
    Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.integer(64))]),
];

function mutated(random: Random): Buffer {
  let bytes: Buffer = Buffer.from(original);
  for (let changes = 1 + random.integer(3); changes > 0; changes--) {
    const at = random.integer(Math.max(1, Math.min(dataStart, bytes.length)));
    const mutation = mutations[random.integer(mutations.length)];
    if (mutation !== undefined && bytes.length > 0) bytes = mutation(bytes, at, random);
  }
  return bytes;
}

function sourceOf(bytes: Buffer): ByteSource {
  const read = async (at: number, length: number): Promise<Uint8Array> =>
    bytes.subarray(at, at + length);
  return { name: "mutated.gguf", bytes: bytes.length, read };
}

function headerOf(bytes: Buffer): Promise<GgufHeader> {
  return readGgufHeader(sourceOf(bytes));
}

/** Reads the checkpoint with all that stands beside its weights; tensors that are accepted must lie within the file. */
async function outcome(bytes: Buffer): Promise<string> {
  try {
    const { companions } = await readGgufModel(sourceOf(bytes));
    for (const name of companions.names()) companions.read(name);
    const header = await headerOf(bytes);
    for (const { begin, end } of header.tensors.values())
      if (begin < header.dataStart || end < begin || end > bytes.length) return "outside";
    return "read";
  } catch (error) {
    return error instanceof ModelError ? error.code : String(error);
  }
}

const count = rounds({ slice: 3000, soak: 100_000 });
/** A refusal takes well under a millisecond; a machine that is busy may take its time. */
const longestMilliseconds = 1000;
/** What the process may hold more afterwards: garbage that was not collected yet. */
const growthBytes = 150_000_000;

test(`${count} mutated headers: no crash, no hang, no growth`, { timeout: 900_000 }, async () => {
  const random = Random.fromSeed(20_261_125);
  const outcomes = new Map<string, number>();
  const before = process.memoryUsage.rss();
  let slowest = 0;
  for (let round = 0; round < count; round++) {
    const start = performance.now();
    const found = await outcome(mutated(random));
    slowest = Math.max(slowest, performance.now() - start);
    outcomes.set(found, (outcomes.get(found) ?? 0) + 1);
  }
  const codes = ["017", "050", "051", "052", "053", "054", "055"];
  const allowed = ["read", "FT-MODEL-025", ...codes.map((code) => `FT-WEIGHTS-${code}`)];
  expect([...outcomes.keys()].filter((found) => !allowed.includes(found))).toEqual([]);
  expect(outcomes.size).toBeGreaterThan(5);
  expect(slowest).toBeLessThan(longestMilliseconds);
  expect(process.memoryUsage.rss() - before).toBeLessThan(growthBytes);
});
