// Vocabularies that are lists of byte strings by rank, as tiktoken's and Mistral's Tekken: joined is what has the
// lowest rank. As a byte-level BPE of the `tokenizers` library: the same ids. Files are read beside it.
import type { JsonObject } from "../types.ts";

/** Tokens by their bytes, one character a byte (latin1). */
export type Ranks = ReadonlyMap<string, number>;

/** GPT-2's alphabet: a letter for each byte, itself where it can be printed. */
const alphabet: readonly string[] = (() => {
  const isPrinted = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrinted(byte) ? byte : 0x100 + others++),
  );
})();

const spelled = (bytes: string): string =>
  Array.from(bytes, (byte) => alphabet[byte.charCodeAt(0)] ?? "").join("");

/** Parting takes time with the square of the length; longer tokens are found only where they are a whole piece of text. */
const LONGEST_PARTED = 256;

interface Merge {
  sides: [string, string];
  /** Of the whole, and of both sides. */
  ranks: [number, number, number];
}

function* partings(token: string, rank: number, ranks: Ranks): Generator<Merge> {
  for (let at = 1; at < token.length; at++) {
    const sides: [string, string] = [token.slice(0, at), token.slice(at)];
    const [left, right] = sides.map((side) => ranks.get(side));
    if (left !== undefined && right !== undefined) yield { sides, ranks: [rank, left, right] };
  }
}

function mergesOf(ranks: Ranks): [string, string][] {
  const merges = [...ranks]
    .filter(([token]) => token.length <= LONGEST_PARTED)
    .flatMap(([token, rank]) => [...partings(token, rank, ranks)]);
  const [whole, left, right] = [0, 1, 2] as const;
  merges.sort(
    (a, b) =>
      a.ranks[whole] - b.ranks[whole] ||
      a.ranks[left] - b.ranks[left] ||
      a.ranks[right] - b.ranks[right],
  );
  return merges.map(({ sides: [one, other] }) => [spelled(one), spelled(other)]);
}

export interface ByteRanks {
  ranks: Ranks;
  /** What is added to a rank for its id. */
  firstId: number;
  /** How text is cut before. */
  pattern: string;
  normalizer: unknown;
  /** With their ids; found in text before anything else. */
  special: readonly (readonly [content: string, id: number])[];
}

const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };

/** Without a post-processor: which tokens frame a text, the roles decide. */
export function byteRanksDefinition({
  ranks,
  firstId,
  pattern,
  normalizer,
  special,
}: ByteRanks): JsonObject & { added_tokens: JsonObject[] } {
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
  const split = { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false };
  // without a prototype: a token may be called "__proto__"
  const vocab = Object.create(null) as Record<string, number>;
  for (const [token, rank] of ranks) vocab[spelled(token)] = rank + firstId;
  for (const [content, id] of special) vocab[content] = id;
  return {
    version: "1.0",
    added_tokens: special.map(([content, id]) => ({ id, content, ...flags, special: true })),
    normalizer,
    pre_tokenizer: { type: "Sequence", pretokenizers: [split, { ...bytes, use_regex: false }] },
    post_processor: null,
    decoder: { ...bytes, use_regex: true },
    model: { type: "BPE", vocab, merges: mergesOf(ranks), ignore_merges: true },
  };
}
