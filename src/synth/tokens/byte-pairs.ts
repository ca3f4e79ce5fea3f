// Counts tokens of vocabularies of byte strings: text is cut by a pattern, and within each piece the pairs of lowest
// rank are joined first. Special tokens written in a text are ordinary text.
import { mergedCount } from "./merging.ts";
import { Recent } from "./recent.ts";

/** Byte string, a character a byte, → rank. */
export type Ranks = ReadonlyMap<string, number>;

const keptPieces = 200_000;
/** Longer pieces are rare, and keeping them would take the room of many. */
const longestKept = 64;
const segmentLength = 65_536;

/** A letter behind a line break: no pattern here joins the two, so a text may be cut between them. */
const boundary = /\n(?=\p{L})/gu;

/** A text in segments that are cut alike alone and together. A long text without such places is one. */
export function* segments(text: string): Generator<string> {
  let start = 0;
  while (text.length - start > segmentLength) {
    boundary.lastIndex = start + segmentLength;
    const found = boundary.exec(text);
    if (found === null) break;
    yield text.slice(start, found.index + 1);
    start = found.index + 1;
  }
  yield text.slice(start);
}

export class BytePairs {
  readonly #ranks: Ranks;
  readonly #pattern: RegExp;
  readonly #known = new Recent<number>(keptPieces);

  constructor(ranks: Ranks, pattern: RegExp) {
    this.#ranks = ranks;
    this.#pattern = pattern;
  }

  count(text: string): number {
    let count = 0;
    for (const segment of segments(text)) {
      for (const piece of segment.match(this.#pattern) ?? []) {
        count +=
          piece.length > longestKept
            ? this.#countPiece(piece)
            : this.#known.get(piece, () => this.#countPiece(piece));
      }
    }
    return count;
  }

  #countPiece(piece: string): number {
    const bytes = Buffer.from(piece, "utf8").toString("latin1");
    if (this.#ranks.has(bytes)) return 1;
    const starts = Int32Array.from({ length: bytes.length + 1 }, (_, at) => at);
    return mergedCount(starts, (start, end) => this.#ranks.get(bytes.slice(start, end)) ?? -1);
  }
}
