// Counting of n-grams and words, as the metrics share it. Words are what Python's `str.split` gives, since the published
// scores come from there.

/** Separators that Python's `str.split` takes for white space and JavaScript does not. */
const separators = String.fromCodePoint(0x1c, 0x1d, 0x1e, 0x1f, 0x85);
/** White space as there: with these, without the byte order mark. */
const blanks = new RegExp(`(?:(?!\\ufeff)[\\s${separators}])+`, "u");

export function wordsOf(text: string): string[] {
  return text.split(blanks).filter((word) => word !== "");
}

export type Counts = ReadonlyMap<string, number>;

/** How often each run of `size` items occurs. No item may hold the joint. */
export function ngrams(items: readonly string[], size: number, joint = " "): Counts {
  const counts = new Map<string, number>();
  for (let at = 0; at + size <= items.length; at++) {
    const gram = items.slice(at, at + size).join(joint);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

export function total(counts: Counts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** How many of one are in the other, each at most as often as there. */
export function shared(counts: Counts, others: Counts): number {
  let sum = 0;
  for (const [gram, count] of counts) sum += Math.min(count, others.get(gram) ?? 0);
  return sum;
}

/** The most of each over several. */
export function most(all: readonly Counts[]): Counts {
  const counts = new Map<string, number>();
  for (const one of all)
    for (const [gram, count] of one) counts.set(gram, Math.max(count, counts.get(gram) ?? 0));
  return counts;
}

/** 2PR/(P+R), 0 without either. */
export function harmonic(precision: number, recall: number): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}
