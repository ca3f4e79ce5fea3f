// Headers that were changed at random: each is read or refused, soon, and leaves nothing behind.
// 100,000 of them in `make soak`, a slice in every run; the seed fixes which.
import { performance } from "node:perf_hooks";
import { expect, test } from "vitest";
import { ExitCode, ModelError } from "../../../../src/core/errors.ts";
import { Random } from "../../../../src/core/random.ts";
import { readGgufHeader } from "../../../../src/weights/gguf/header.ts";
import { ggufBytes, ggufZeros } from "../../../support/gguf-bytes.ts";
import { rounds } from "../../../support/soak.ts";

const original = ggufBytes({
  metadata: {
    "general.architecture": ["text", "llama"],
    "general.alignment": ["u32", 32],
    "llama.block_count": ["u32", 2],
    "llama.rope.freq_base": ["f32", 10_000],
    "tokenizer.ggml.tokens": ["texts", Array.from({ length: 40 }, (_, id) => `token${id}`)],
    "tokenizer.ggml.scores": ["f32s", Array.from({ length: 40 }, (_, id) => -id)],
    "tokenizer.ggml.token_type": ["i32s", Array.from({ length: 40 }, () => 1)],
    "tokenizer.ggml.add_bos_token": ["bool", true],
    "a.large.number": ["u64", 2 ** 53 - 1],
  },
  tensors: Object.fromEntries(
    Array.from({ length: 12 }, (_, layer) => [`blk.${layer}.attn_q.weight`, ggufZeros(2, 32)]),
  ),
});

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
  const headerEnd = original.length - 12 * 256;
  let bytes: Buffer = Buffer.from(original);
  for (let changes = 1 + random.integer(3); changes > 0; changes--) {
    const at = random.integer(Math.max(1, Math.min(headerEnd, bytes.length)));
    const mutation = mutations[random.integer(mutations.length)];
    if (mutation !== undefined && bytes.length > 0) bytes = mutation(bytes, at, random);
  }
  return bytes;
}

/** Reads the header; one that is accepted must describe tensors within the file. */
async function outcome(bytes: Buffer): Promise<string> {
  const read = async (at: number, length: number): Promise<Uint8Array> =>
    bytes.subarray(at, at + length);
  try {
    const header = await readGgufHeader({ name: "mutated.gguf", bytes: bytes.length, read });
    for (const { begin, end } of header.tensors.values())
      if (begin < header.dataStart || end < begin || end > bytes.length) return "outside";
    return "read";
  } catch (error) {
    if (!(error instanceof ModelError)) return String(error);
    return error.exitCode === ExitCode.malformedWeights ? error.code : `exit ${error.exitCode}`;
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
  const allowed = ["read", "FT-WEIGHTS-050", "FT-WEIGHTS-051", "FT-WEIGHTS-052", "FT-WEIGHTS-053"];
  expect([...outcomes.keys()].sort()).toEqual(allowed.sort());
  expect(slowest).toBeLessThan(longestMilliseconds);
  expect(process.memoryUsage.rss() - before).toBeLessThan(growthBytes);
});
