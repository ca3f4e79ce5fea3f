// Safetensors files, what torch.save wrote, and indexes of shards, changed at random: each is read or refused, soon, and
// leaves nothing behind. 200,000 of each in `make soak`, a slice in every run; the seed fixes which.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Random } from "../../../src/core/random.ts";
import { readPickleHeader } from "../../../src/weights/pickle/header.ts";
import { archiveEntries, contentOf } from "../../../src/weights/pickle/zip.ts";
import { readHeader } from "../../../src/weights/safetensors-header.ts";
import { readShardIndex } from "../../../src/weights/shard-index.ts";
import { safetensorsBytes } from "../../support/model-files.ts";
import {
  fuzzed,
  type Fuzzing,
  LONGEST_MS,
  MOST_GROWTH,
  mutatedBytes,
  mutatedJson,
  outcomeOf,
  sourceOf,
} from "../../support/mutations.ts";
import { rounds } from "../../support/soak.ts";
import { zipBytes } from "../../support/zip-bytes.ts";

/** Of a busy machine too: files are written one by one. */
const timeout = 7_200_000;
const count = rounds({ slice: 2000, soak: 200_000 });

async function holds<Input>(
  fuzzing: Omit<Fuzzing<Input>, "count">,
  codes: readonly string[],
): Promise<void> {
  const { outcomes, slowest, growth } = await fuzzed({ count, ...fuzzing });
  const allowed = ["read", ...codes.map((code) => `FT-WEIGHTS-${code}`)];
  expect([...outcomes.keys()].filter((found) => !allowed.includes(found))).toEqual([]);
  expect(outcomes.get("read")).toBeGreaterThan(0);
  expect(outcomes.size).toBeGreaterThan(1);
  expect(slowest).toBeLessThan(LONGEST_MS);
  expect(growth).toBeLessThan(MOST_GROWTH);
}

interface Placed {
  begin: number;
  end: number;
}

function requireWithin(tensors: Iterable<Placed>, first: number, last: number): void {
  for (const { begin, end } of tensors)
    if (begin < first || end < begin || end > last) throw new Error("a tensor outside the file");
}

const safetensors = safetensorsBytes(
  { "a.weight": ["F32", [3, 4]], "b.weight": ["BF16", [2, 2, 2]], "c.scale": ["F8_E8M0", [5]] },
  { format: "pt", note: "ä" },
);
const headerEnd = 8 + Number(safetensors.readBigUInt64LE());
const dataBytes = safetensors.length - headerEnd;

/** In every second file the length of the header is made to fit again, so that changes reach what reads it. */
function mutatedSafetensors(random: Random): Buffer {
  const bytes = mutatedBytes(safetensors, random, headerEnd);
  if (bytes.length >= 8 && random.integer(2) === 0)
    bytes.writeBigUInt64LE(BigInt(Math.max(0, bytes.length - 8 - dataBytes)));
  return bytes;
}

test(`${count} safetensors files`, { timeout }, async () => {
  const read = async (bytes: Buffer): Promise<void> => {
    const { tensors, dataStart } = await readHeader(sourceOf(bytes, "mutated.safetensors"));
    requireWithin(tensors.values(), 0, bytes.length - dataStart);
  };
  const outcome = (bytes: Buffer): Promise<string> => outcomeOf(() => read(bytes));
  await holds({ seed: 1, make: mutatedSafetensors, outcome }, ["002", "003", "004", "005"]);
});

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/pickle/${name}`, import.meta.url));

async function readPickled(bytes: Buffer): Promise<void> {
  const { tensors } = await readPickleHeader(sourceOf(bytes, "mutated.bin"));
  requireWithin(tensors.values(), 0, bytes.length);
}

const pickleCodes = ["060", "061", "062"];
const outcomeOfPickle = (bytes: Buffer): Promise<string> => outcomeOf(() => readPickled(bytes));

test(`${count} archives of torch`, { timeout }, async () => {
  const zip = fixture("zip.bin");
  const make = (random: Random): Buffer => mutatedBytes(zip, random);
  await holds({ seed: 2, make, outcome: outcomeOfPickle }, pickleCodes);
});

test(`${count} files of torch's older format`, { timeout }, async () => {
  const old = fixture("legacy.bin");
  const make = (random: Random): Buffer => mutatedBytes(old, random);
  await holds({ seed: 3, make, outcome: outcomeOfPickle }, pickleCodes);
});

test(`${count} pickles in sound archives`, { timeout }, async () => {
  const zip = sourceOf(fixture("zip.bin"), "zip.bin");
  const entries = await archiveEntries(zip);
  const listed = [...entries].find(([name]) => name.endsWith("/data.pkl"))?.[1];
  if (listed === undefined) throw new Error("the fixture has no pickle");
  const { begin, end } = await contentOf(zip, listed);
  const pickle = fixture("zip.bin").subarray(begin, end);
  const storages = Array.from({ length: 16 }, (_, key) => [`x/data/${key}`, Buffer.alloc(200)]);
  const make = (random: Random): Buffer =>
    zipBytes({
      "x/data.pkl": mutatedBytes(pickle, random),
      ...(Object.fromEntries(storages) as Record<string, Buffer>),
    });
  await holds({ seed: 4, make, outcome: outcomeOfPickle }, pickleCodes);
});

const folder = mkdtempSync(path.join(tmpdir(), "ft-mutations-"));
afterAll(() => rmSync(folder, { recursive: true }));

test(`${count} indexes of shards`, { timeout }, async () => {
  const file = path.join(folder, "model.safetensors.index.json");
  const index = {
    metadata: { total_size: 100 },
    weight_map: {
      "a.weight": "model-00001-of-00002.safetensors",
      "b.weight": "model-2.safetensors",
    },
  };
  const text = Buffer.from(JSON.stringify(index));
  const make = (random: Random): Buffer =>
    random.integer(2) === 0
      ? mutatedBytes(text, random)
      : Buffer.from(JSON.stringify(mutatedJson(index, random)));
  const outcome = (bytes: Buffer): Promise<string> => {
    writeFileSync(file, bytes);
    return outcomeOf(() => readShardIndex(file));
  };
  await holds({ seed: 5, make, outcome }, ["013"]);
});
