// A tokenizer's tokens as the bytes that they write. The writing itself is text/'s.
import { tokenWriting } from "../../text/token-bytes.ts";
import type { Tokenizer } from "../../text/types.ts";
import type { TokenVocabulary } from "./types.ts";

/**
 * Special tokens, and those that end the text, have no bytes. `size`: logits of one position.
 * Throws ModelError FT-MODEL-027 where a tokenizer's decoder is not of a kind whose tokens have bytes.
 */
export function vocabularyOf(
  tokenizer: Tokenizer,
  size: number,
  endTokens: readonly number[],
): TokenVocabulary {
  const writing = tokenWriting(tokenizer.decoder);
  const special = new Set(tokenizer.specialContents);
  const withoutText = new Set(endTokens);
  const bytes: (Uint8Array | undefined)[] = [];
  const firstBytes = new Map<number, Uint8Array>();
  for (let id = 0; id < Math.min(size, tokenizer.vocabularySize); id++) {
    const token = tokenizer.idToToken(id);
    const isText = token !== undefined && !special.has(token) && !withoutText.has(id);
    bytes.push(isText ? writing.bytes(token) : undefined);
    const first = isText ? writing.firstBytes(token) : undefined;
    if (first !== undefined) firstBytes.set(id, first);
  }
  return { bytes, endTokens, size, ...(firstBytes.size > 0 && { firstBytes }) };
}
