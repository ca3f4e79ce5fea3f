// What a few layers of a model give for a fixed vector, in a few bytes of text: by it a base is known again, in whatever
// precision and packing its weights are. Not a digest (model-digest.ts): weights that were trained a little further are
// alike. Asks no model: models/likeness.ts does.
import { Random } from "../core/random.ts";

/** By layer's path, what it gave: of one direction in a space of `SUMS` dimensions. */
export type Answers = ReadonlyMap<string, readonly number[]>;

const SUMS = 32;

/** `count` times 1 or −1, the same always. */
export function fixedSigns(count: number, stream: string): Float32Array {
  const random = Random.fromSeed(1).split(stream);
  return Float32Array.from({ length: count }, () => (random.nextUint32() & 1 ? 1 : -1));
}

/** An output (out) as `SUMS` sums of its numbers with fixed signs: angles between outputs stay about what they are. */
export function sketch(output: Float32Array): readonly number[] {
  const signs = fixedSigns(output.length, "outputs");
  const sums = Array.from({ length: SUMS }, () => 0);
  output.forEach((value, at) => (sums[at % SUMS]! += value * signs[at]!));
  return sums;
}

/** Eight bits for each number: their direction counts, not their length. */
export function writtenLikeness(answers: Answers): string {
  return [...answers]
    .map(([path, sums]) => {
      const largest = Math.max(...sums.map(Math.abs), Number.MIN_VALUE);
      const bytes = Int8Array.from(sums, (sum) => Math.round((127 * sum) / largest));
      return `${path}=${Buffer.from(bytes.buffer).toString("base64")}`;
    })
    .join(" ");
}

function readLikeness(text: string): Map<string, Int8Array> {
  return new Map(
    text.split(" ").map((entry) => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), new Int8Array(Buffer.from(entry.slice(at + 1), "base64"))];
    }),
  );
}

const dot = (one: Int8Array, other: Int8Array): number =>
  one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);

const cosine = (one: Int8Array, other: Int8Array): number =>
  dot(one, other) / Math.max(Math.sqrt(dot(one, one) * dot(other, other)), 1);

/**
 * Mean cosine of what the same layers gave, of two texts of `writtenLikeness`: about 1 for the same weights, also of four
 * bits; about 0 for weights that have nothing to do with each other. undefined where they have no layer in common.
 */
export function likeness(one: string, other: string): number | undefined {
  const others = readLikeness(other);
  const both = [...readLikeness(one)].flatMap(([path, own]) => {
    const theirs = others.get(path);
    return theirs?.length === SUMS && own.length === SUMS ? [cosine(own, theirs)] : [];
  });
  if (both.length === 0) return undefined;
  return both.reduce((sum, value) => sum + value, 0) / both.length;
}
