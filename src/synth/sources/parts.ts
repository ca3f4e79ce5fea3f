// Text that comes in pieces, as parts that end behind line breaks. For text without structure; readers that know of
// blocks cut between them.
import type { SourcePart } from "./types.ts";

/** Characters of a usual part, and how far a line break is looked for. */
export const PART_CHARACTERS = 1 << 17;
export const LONGEST_PART = 1 << 20;

/** No piece may end amid a surrogate pair. */
export async function* linesAsParts(pieces: AsyncIterable<string>): AsyncGenerator<SourcePart> {
  let start = 0;
  let pending = "";
  for await (const piece of pieces) {
    pending += piece;
    if (pending.length < PART_CHARACTERS) continue;
    const end = pending.lastIndexOf("\n") + 1;
    if (end === 0 && pending.length < LONGEST_PART) continue;
    const text = end === 0 ? pending : pending.slice(0, end);
    yield { start, text, blocks: [] };
    start += text.length;
    pending = pending.slice(text.length);
  }
  if (pending !== "") yield { start, text: pending, blocks: [] };
}
