// Whether words that a judge says it copied stand in the row. Spaces, kinds of quotes and what JSON escapes do not count.
import type { LookedRow } from "./looked-row.ts";

const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .replaceAll(/\\[nrt]/g, " ")
    .replaceAll('\\"', '"')
    .replaceAll(/[’‘ʼ`´]/gu, "'")
    .replaceAll(/[“”„«»]/gu, '"')
    .replaceAll(/\s+/gu, " ")
    .trim()
    .toLowerCase();

/** Quotes around the words are the judge's. */
const bare = (text: string): string => text.replaceAll(/^["'… .]+|["'… .]+$/gu, "");

/** All that evidence may be taken from. */
export function quotable(row: LookedRow): string {
  const said = row.parts.map(({ text }) => text).join("\n");
  return `${plain(said)}\n${plain(JSON.stringify(row.value))}`;
}

/** Of words with "…" between them each part must be there. */
export function isQuoted(evidence: string, text: string): boolean {
  const parts = evidence.split(/\.{3}|…|\[…\]/u).map((part) => bare(plain(part)));
  const filled = parts.filter((part) => part !== "");
  return filled.length > 0 && filled.every((part) => text.includes(part));
}
