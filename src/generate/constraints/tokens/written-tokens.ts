// A vocabulary made ready to be held against states: its tokens as trees of bytes, those of plain text apart, and the
// characters that it can write at all. Made once for a vocabulary.
import {
  allCharacters,
  characterSet,
  type CharacterSet,
  codeOf,
  intersection,
  plainCharacters,
} from "../automata/characters.ts";
import type { TokenVocabulary } from "../types.ts";
import { type TokenTrie, tokenTrie, type WrittenToken } from "./token-trie.ts";

export interface WrittenTokens {
  readonly vocabulary: TokenVocabulary;
  /** Words of a mask. */
  readonly words: number;
  readonly all: TokenTrie;
  /** Those that are not whole plain characters. */
  readonly special: TokenTrie;
  /** As they begin a text, where that is another writing. */
  readonly first: TokenTrie | undefined;
  /** Tokens of whole plain characters, by how many those are. */
  readonly plain: readonly (readonly number[])[];
  /** Bytes of the longest token. */
  readonly longest: number;
  readonly alphabet: CharacterSet;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function isPlain(code: number): boolean {
  return plainCharacters.some(([first, last]) => first <= code && code <= last);
}

/** How many characters, where all are plain. */
function plainLength(bytes: Uint8Array): number | undefined {
  const characters = Array.from(textOf(bytes) ?? "\0");
  return characters.every((one) => isPlain(codeOf(one))) ? characters.length : undefined;
}

type Writing = (token: number) => Uint8Array | undefined;

function writtenTokens({ bytes, endTokens, size }: TokenVocabulary, of: Writing): WrittenToken[] {
  const ends = new Set(endTokens);
  const written: WrittenToken[] = [];
  for (let token = 0; token < Math.min(size, bytes.length); token++) {
    const own = bytes[token] === undefined ? undefined : of(token);
    if (own !== undefined && own.length > 0 && !ends.has(token)) written.push([token, own]);
  }
  return written;
}

/** Characters that begin with a byte: first and last. */
function charactersFrom(lead: number): [number, number] | undefined {
  if (lead < 0x80) return [lead, lead];
  if (lead >= 0xc2 && lead <= 0xdf) return [(lead & 0x1f) << 6, ((lead & 0x1f) << 6) + 0x3f];
  if (lead >= 0xe0 && lead <= 0xef) {
    return [Math.max(0x800, (lead & 0xf) << 12), ((lead & 0xf) << 12) + 0xfff];
  }
  if (lead < 0xf0 || lead > 0xf4) return undefined;
  return [Math.max(0x10000, (lead & 7) << 18), Math.min(0x10ffff, ((lead & 7) << 18) + 0x3ffff)];
}

/** Characters that tokens can write: those that are a token, or whose bytes all are. */
function alphabetOf(written: readonly WrittenToken[]): CharacterSet {
  const single = new Set(written.filter(([, own]) => own.length === 1).map(([, own]) => own[0]));
  const hasAllInner = Array.from({ length: 64 }, (_, at) => 0x80 + at).every((byte) =>
    single.has(byte),
  );
  const byBytes = Array.from({ length: 256 }, (_, lead) => lead)
    .filter((lead) => single.has(lead) && (lead < 0x80 || hasAllInner))
    .map(charactersFrom)
    .filter((range) => range !== undefined);
  const whole = written
    .filter(([, own]) => own.length <= 4)
    .map(([, own]) => textOf(own))
    .filter((text) => text !== undefined && Array.from(text).length === 1)
    .map((text): [number, number] => [codeOf(text ?? ""), codeOf(text ?? "")]);
  return intersection(allCharacters, characterSet([...byBytes, ...whole]));
}

function make(vocabulary: TokenVocabulary): WrittenTokens {
  const { bytes, firstBytes } = vocabulary;
  const written = writtenTokens(vocabulary, (token) => bytes[token]);
  const asFirst: Writing = (token) => firstBytes?.get(token) ?? bytes[token];
  const plain: number[][] = [];
  const special: WrittenToken[] = [];
  for (const one of written) {
    const length = plainLength(one[1]);
    if (length === undefined) special.push(one);
    else (plain[length] ??= []).push(one[0]);
  }
  const all = tokenTrie(written);
  return {
    vocabulary,
    words: Math.ceil(vocabulary.size / 32),
    all,
    special: tokenTrie(special),
    first: firstBytes === undefined ? undefined : tokenTrie(writtenTokens(vocabulary, asFirst)),
    plain: Array.from(plain, (tokens) => tokens ?? []),
    longest: all.deepest,
    alphabet: alphabetOf(written),
  };
}

const made = new WeakMap<TokenVocabulary, WrittenTokens>();

export function writtenTokensOf(vocabulary: TokenVocabulary): WrittenTokens {
  let found = made.get(vocabulary);
  if (found === undefined) made.set(vocabulary, (found = make(vocabulary)));
  return found;
}
