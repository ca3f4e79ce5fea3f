// Files changed at random, and what a reader makes of each: for readers of files that strangers wrote. A seed fixes
// which; what a reader may answer is each test's own.
import { ModelError } from "../../src/core/errors.ts";
import { Random } from "../../src/core/random.ts";
import type { ByteSource } from "../../src/weights/byte-source.ts";

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

/** One to three changes within the first `reach` bytes. */
export function mutatedBytes(
  original: Buffer,
  random: Random,
  reach: number = original.length,
): Buffer {
  let bytes: Buffer = Buffer.from(original);
  for (let changes = 1 + random.integer(3); changes > 0; changes--) {
    const at = random.integer(Math.max(1, Math.min(reach, bytes.length)));
    const mutation = mutations[random.integer(mutations.length)];
    if (mutation !== undefined && bytes.length > 0) bytes = mutation(bytes, at, random);
  }
  return bytes;
}

/** Values at which readers of JSON break. */
const strange: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  3,
  0.5,
  65_536,
  2 ** 31,
  2 ** 53,
  1e308,
  "",
  "a",
  "\u0000",
  "ab".repeat(5000),
  [],
  [0],
  [[]],
  {},
  { a: 1 },
  { toString: 1, valueOf: [] },
  "constructor",
];

type Place = readonly [holder: Record<string, unknown>, key: string];

function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Record<string, unknown>, key]);
    placesIn((value as Record<string, unknown>)[key], found);
  }
  return found;
}

/** One to three values of it replaced, taken away, or moved to another place. */
export function mutatedJson(original: unknown, random: Random): unknown {
  const value = structuredClone(original);
  for (let changes = 1 + random.integer(3); changes > 0; changes--) {
    const places = placesIn(value);
    const [holder, key] = places[random.integer(Math.max(1, places.length))] ?? [{}, ""];
    const [other, otherKey] = places[random.integer(Math.max(1, places.length))] ?? [{}, ""];
    const kind = random.integer(6);
    if (kind === 0) delete holder[key];
    else if (kind === 1) holder[key] = structuredClone(other[otherKey]);
    else holder[key] = structuredClone(strange[random.integer(strange.length)]);
  }
  return value;
}

export function sourceOf(bytes: Buffer, name: string): ByteSource {
  const read = async (at: number, length: number): Promise<Uint8Array> =>
    bytes.subarray(at, at + length);
  return { name, bytes: bytes.length, read };
}

/** The code of a refusal; anything else a reader throws is told in words, and no test allows it. */
export async function outcomeOf(read: () => unknown): Promise<string> {
  try {
    await read();
    return "read";
  } catch (error) {
    return error instanceof ModelError ? error.code : String(error).slice(0, 300);
  }
}

export interface Fuzzing<Input> {
  count: number;
  seed: number;
  make: (random: Random) => Input;
  outcome: (input: Input) => Promise<string>;
}

export interface Fuzzed {
  /** How often each came. */
  outcomes: Map<string, number>;
  /** Milliseconds of the slowest. */
  slowest: number;
  /** Bytes that the process holds more. */
  growth: number;
}

/** A refusal takes well under a millisecond. */
export const LONGEST_MS = 200;
/** Garbage that was not collected yet. */
export const MOST_GROWTH = 200_000_000;

/** By the processor's time, in every thread: the machine may be busy. What took long is looked at again: garbage. */
async function timed(
  work: () => Promise<string>,
): Promise<{ found: string; milliseconds: number }> {
  let milliseconds = Number.POSITIVE_INFINITY;
  let found = "";
  for (let attempt = 0; attempt < 4 && milliseconds > LONGEST_MS; attempt++) {
    const start = process.cpuUsage();
    found = await work();
    const { user, system } = process.cpuUsage(start);
    milliseconds = Math.min(milliseconds, (user + system) / 1000);
  }
  return { found, milliseconds };
}

const MEGABYTE = 1e6;

/** A line for whoever runs all of it. */
function tell(count: number, { outcomes, slowest, growth }: Fuzzed): void {
  if (process.env["FT_SOAK"] !== "1") return;
  const kinds = [...outcomes].toSorted((a, b) => b[1] - a[1]).map(([kind, n]) => `${kind} ${n}`);
  const limits = `slowest ${slowest.toFixed(0)} ms, ${(growth / MEGABYTE).toFixed(0)} MB more held`;
  process.stdout.write(`${count} files: ${kinds.join(", ")}; ${limits}\n`);
}

export async function fuzzed<Input>({
  count,
  seed,
  make,
  outcome,
}: Fuzzing<Input>): Promise<Fuzzed> {
  const random = Random.fromSeed(seed);
  const outcomes = new Map<string, number>();
  const before = process.memoryUsage.rss();
  let slowest = 0;
  for (let round = 0; round < count; round++) {
    const input = make(random);
    const { found, milliseconds } = await timed(() => outcome(input));
    slowest = Math.max(slowest, milliseconds);
    outcomes.set(found, (outcomes.get(found) ?? 0) + 1);
  }
  const found = { outcomes, slowest, growth: process.memoryUsage.rss() - before };
  tell(count, found);
  return found;
}
