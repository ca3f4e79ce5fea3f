// Texts as duplicates are looked for in them: letters and digits in lower case, single spaces, without marks of
// punctuation. Of a conversation the system's text stands apart: many rows share it and are no duplicates for that.
import type { Said } from "../../rows/row-text.ts";

export interface ComparedText {
  readonly system: string;
  readonly text: string;
}

// eslint-disable-next-line no-control-regex
const ascii = /^[\u0000-\u007f]*$/;
/** \p{P} within ASCII. */
const asciiMarks = /[!-#%-*,-/:;?@[-\]_{}]+/g;

/** Most texts have single spaces alone. */
const otherSpaces = /\s\s|[^\S ]/;

/** What is left of a text beside case, width, spacing and punctuation. */
export function normalText(text: string): string {
  const lower = text.toLowerCase();
  const letters = ascii.test(lower)
    ? lower.replaceAll(asciiMarks, "")
    : lower.normalize("NFKC").replaceAll(/[\p{P}\p{Cf}]+/gu, "");
  return (otherSpaces.test(letters) ? letters.replaceAll(/\s+/g, " ") : letters).trim();
}

export function comparedText(said: readonly Said[]): ComparedText {
  const of = (isSystem: boolean): string =>
    said
      .filter(({ role }) => (role === "system") === isSystem)
      .map(({ text }) => text)
      .join("\n");
  const [system, text] = [of(true), of(false)];
  return text === "" ? { system: "", text: system } : { system, text };
}

/** 53 bits of a hash of a text, as a number. Two rounds of FNV-1a over UTF-16 units, mixed as murmur3 ends. */
export function textHash(text: string): number {
  let [high, low] = [0x811c9dc5, 0x9dc5811c];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x85ebca6b) + high;
  }
  return (mixed(high) & 0x1fffff) * 2 ** 32 + mixed(low ^ text.length);
}

/** The last steps of murmur3: every bit of the input reaches every bit of the result. */
export function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
