// The text of a source as stretches that rules look at whole, in bounded memory: what reaches over the end of one is
// carried into the next.
import type { Block, SourcePart, Span } from "../sources/types.ts";

/** Characters looked at together, the tail that is looked at again, and the most one conversation may hold back. */
export interface StretchSizes {
  readonly usual: number;
  readonly tail: number;
  readonly most: number;
}

export const usualSizes: StretchSizes = { usual: 1 << 20, tail: 1 << 16, most: 1 << 22 };

type Shifted = (place: Span) => Span;

function shiftAll(spans: readonly Span[], shift: Shifted): Span[] {
  return spans.map(shift);
}

function shiftedFields(block: Block, shift: Shifted): object {
  if (block.type === "message") return { spans: shiftAll(block.spans, shift) };
  if (block.type === "term")
    return { term: shift(block.term), definitions: shiftAll(block.definitions, shift) };
  if (block.type === "table") {
    const rows = block.rows.map((row) => shiftAll(row, shift));
    return block.header === undefined ? { rows } : { rows, header: shiftAll(block.header, shift) };
  }
  const named = block.type === "cue" && block.speakerSpan !== undefined;
  return named ? { speakerSpan: shift(block.speakerSpan) } : {};
}

/** A block whose places count from elsewhere. */
export function shifted(block: Block, by: number): Block {
  const shift: Shifted = ([start, end]) => [start + by, end + by];
  return { ...block, span: shift(block.span), ...shiftedFields(block, shift) };
}

/** Text held until it has been looked at. */
export class Held {
  text = "";
  /** Place of its first character in the source. */
  start = 0;
  #blocks: Block[] = [];

  add(part: SourcePart): void {
    if (this.text === "") this.start = part.start;
    this.text += part.text;
    for (const block of part.blocks) this.#blocks.push(block);
  }

  /** With places of the held text. */
  blocks(): Block[] {
    return this.#blocks.map((block) => shifted(block, -this.start));
  }

  /** Forgets what stands before a place of the held text. */
  drop(before: number): void {
    this.text = this.text.slice(before);
    this.start += before;
    this.#blocks = this.#blocks.filter(({ span }) => span[1] > this.start);
  }

  /** The beginning of the first line that begins at a place of the held text or behind it. */
  lineBehind(place: number): number {
    const newline = this.text.indexOf("\n", Math.max(0, place - 1));
    return newline === -1 ? place : newline + 1;
  }
}
