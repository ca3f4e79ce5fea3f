// Counts tokens of Mistral's SentencePiece vocabularies (byte-pair merging over code points, unknown ones as bytes,
// a space before the text). No special token is found in a text but those that the vocabulary lets users write.
import { mergedStarts } from "./merging.ts";
import { Recent } from "./recent.ts";

export interface Pieces {
  /** Piece → the order in which it is joined, lowest first. */
  readonly ranks: ReadonlyMap<string, number>;
  /** Pieces that are found before anything is joined. */
  readonly written: readonly string[];
}

const mark = "▁";
const keptWords = 200_000;
const longestKept = 64;

function codePointStarts(text: string): Int32Array {
  const starts: number[] = [];
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
    starts.push(at);
  return Int32Array.from([...starts, text.length]);
}

const escaped = (text: string): string => text.replaceAll(/[[\]\\^$.*+?(){}|]/g, String.raw`\$&`);

export class SentencePieces {
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #written: RegExp | undefined;
  readonly #known = new Recent<number>(keptWords);
  /** What is joined at once: words with the spaces before them, as no piece has a space behind a letter. */
  readonly #words = /▁*[^▁]+|▁+$/g;

  constructor({ ranks, written }: Pieces) {
    this.#ranks = ranks;
    this.#written =
      written.length === 0 ? undefined : new RegExp(`(${written.map(escaped).join("|")})`);
  }

  count(text: string): number {
    if (text === "") return 0;
    const spaced = mark + text.replaceAll(/\p{Surrogate}/gu, "\uFFFD").replaceAll(" ", mark);
    if (this.#written === undefined) return this.#countRun(spaced);
    // odd places hold what users may write
    return spaced
      .split(this.#written)
      .reduce((sum, part, at) => sum + (at % 2 === 1 ? 1 : this.#countRun(part)), 0);
  }

  #countRun(text: string): number {
    let count = 0;
    for (const word of text.match(this.#words) ?? []) {
      count +=
        word.length > longestKept
          ? this.#countWord(word)
          : this.#known.get(word, () => this.#countWord(word));
    }
    return count;
  }

  #countWord(word: string): number {
    const rankOf = (start: number, end: number): number =>
      this.#ranks.get(word.slice(start, end)) ?? -1;
    const starts = mergedStarts(codePointStarts(word), rankOf);
    let count = 0;
    for (let at = 0; at + 1 < starts.length; at++) {
      const piece = word.slice(starts[at], starts[at + 1]);
      count += this.#ranks.has(piece) ? 1 : Buffer.byteLength(piece, "utf8");
    }
    return count;
  }
}
