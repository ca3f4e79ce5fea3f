// Pieces of a document that fit into a budget, cut where its structure says, each an exact slice of its text. Works on
// parts as they come: memory is that of a few pieces, whatever the size of the document.
import type { SourcePart, Span } from "../sources/types.ts";
import { type Boundary, boundariesOf } from "./boundaries.ts";

export interface ChunkOptions {
  /** Of one piece, in characters, or in what `measure` counts. */
  readonly most: number;
  /** Tokens of a text, say; grows with the text. */
  readonly measure?: ((text: string) => number) | undefined;
  /** How much of a piece the next one repeats, at most; 0 when not given. */
  readonly overlap?: number | undefined;
}

export interface Chunk {
  readonly span: Span;
  readonly text: string;
  /** What the headings above it say, outermost first. */
  readonly headings: readonly string[];
  /** Of the page, slide, sheet or chapter that it begins on, from 1. */
  readonly division?: number;
}

interface PlacedHeading {
  readonly at: number;
  readonly level: number;
  readonly text: string;
}

/** So many characters one unit of a measure may have before a text counts as long enough to be cut. */
const CHARACTERS_A_UNIT = 8;

class Chunker {
  readonly #options: ChunkOptions;
  readonly #measure: (text: string) => number;
  /** Characters from which on a piece can be cut off what is held. */
  readonly #reach: number;
  #text = "";
  /** Where `#text` begins. */
  #start = 0;
  #boundaries: Boundary[] = [];
  #headings: PlacedHeading[] = [];
  #divisions: { at: number; number: number }[] = [];

  constructor(options: ChunkOptions) {
    this.#options = options;
    this.#measure = options.measure ?? ((text) => text.length);
    this.#reach = options.most * (options.measure === undefined ? 1 : CHARACTERS_A_UNIT);
  }

  *add(part: SourcePart): Generator<Chunk> {
    if (this.#text === "") this.#start = part.start;
    this.#text += part.text;
    this.#boundaries.push(...boundariesOf(part));
    for (const block of part.blocks) {
      const [at, end] = block.span;
      if (block.type === "division") this.#divisions.push({ at, number: block.number });
      if (block.type !== "heading") continue;
      const text = part.text.slice(at - part.start, end - part.start);
      this.#headings.push({ at, level: block.level, text });
    }
    while (this.#text.length > this.#reach * 2) yield* this.#take();
  }

  *finish(): Generator<Chunk> {
    while (this.#text.length > 0) yield* this.#take();
  }

  /** Cuts the next piece off, which may be nothing but space. */
  *#take(): Generator<Chunk> {
    const limit = this.#limit();
    const end = limit >= this.#text.length ? limit : this.#bestEnd(limit);
    const text = this.#text.slice(0, end);
    const [from, to] = [text.length - text.trimStart().length, text.trimEnd().length];
    if (to > from) yield this.#chunk(from, to);
    this.#drop(end >= this.#text.length ? end : end - this.#overlapBefore(end));
  }

  #chunk(from: number, to: number): Chunk {
    const [start, end] = [this.#start + from, this.#start + to];
    const path: PlacedHeading[] = [];
    for (const heading of this.#headings.filter(({ at }) => at <= start)) {
      while ((path.at(-1)?.level ?? 0) >= heading.level) path.pop();
      path.push(heading);
    }
    const division = this.#divisions.findLast(({ at }) => at <= start)?.number;
    return {
      span: [start, end],
      text: this.#text.slice(from, to),
      headings: path.filter(({ at }) => at < start).map(({ text }) => text),
      ...(division !== undefined && { division }),
    };
  }

  /** How much of what is held fits at most. */
  #limit(): number {
    const { most } = this.#options;
    const held = Math.min(this.#text.length, this.#reach);
    if (this.#measure(this.#text.slice(0, held)) <= most) return this.#whole(held);
    let [fits, exceeds] = [1, held];
    while (exceeds - fits > 1) {
      const middle = (fits + exceeds) >> 1;
      if (this.#measure(this.#text.slice(0, middle)) <= most) fits = middle;
      else exceeds = middle;
    }
    return this.#whole(fits);
  }

  /** Never amid a pair of surrogates, nor between a letter and its marks. */
  #whole(end: number): number {
    let at = end;
    const splits = (): boolean =>
      /[\uDC00-\uDFFF]|\p{M}|\u200D|\uFE0F/u.test(this.#text.charAt(at));
    while (at > 1 && at > end - 16 && at < this.#text.length && splits()) at--;
    // space at the end does not count: it is no part of the piece
    while (/\s/.test(this.#text.charAt(at))) at++;
    return at;
  }

  /** The best place in the second half of what fits, else the best there is, else between words. */
  #bestEnd(limit: number): number {
    const last = this.#start + limit;
    const fitting = this.#boundaries.filter(({ at }) => at > this.#start && at <= last);
    const late = fitting.filter(({ at }) => at >= this.#start + limit / 2);
    const best = (late.length > 0 ? late : fitting).reduce<Boundary | undefined>(
      (found, one) => (one.strength >= (found?.strength ?? 0) ? one : found),
      undefined,
    );
    if (best !== undefined) return best.at - this.#start;
    const space = this.#text.slice(0, limit).search(/\s\S*$/);
    return space > 0 ? space + 1 : limit;
  }

  /** How much before `end` the next piece repeats: from the first place to cut that is near enough. */
  #overlapBefore(end: number): number {
    const { overlap = 0 } = this.#options;
    if (overlap <= 0) return 0;
    const fits = ({ at }: Boundary): boolean => {
      const from = at - this.#start;
      return from > 0 && from < end && this.#measure(this.#text.slice(from, end)) <= overlap;
    };
    const first = this.#boundaries.find(fits);
    return first === undefined ? 0 : end - (first.at - this.#start);
  }

  #drop(count: number): void {
    this.#text = this.#text.slice(count);
    this.#start += count;
    this.#boundaries = this.#boundaries.filter(({ at }) => at > this.#start);
    this.#headings = this.#path();
    const division = this.#divisions.findLastIndex(({ at }) => at <= this.#start);
    if (division > 0) this.#divisions = this.#divisions.slice(division);
  }

  /** Without headings that nothing to come is under. */
  #path(): PlacedHeading[] {
    const path: PlacedHeading[] = [];
    for (const heading of this.#headings.filter(({ at }) => at <= this.#start)) {
      while ((path.at(-1)?.level ?? 0) >= heading.level) path.pop();
      path.push(heading);
    }
    return [...path, ...this.#headings.filter(({ at }) => at > this.#start)];
  }
}

/**
 * Pieces of at most `most` characters (or what `measure` counts), in order, without space at their ends; nothing but
 * space is between two. What cannot be cut well is cut between words, and a word that is too long within it.
 */
export async function* chunksOf(
  parts: AsyncIterable<SourcePart> | Iterable<SourcePart>,
  options: ChunkOptions,
): AsyncGenerator<Chunk> {
  const chunker = new Chunker(options);
  for await (const part of parts) yield* chunker.add(part);
  yield* chunker.finish();
}
