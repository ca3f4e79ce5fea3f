// From spans of text to weights of tokens, and back to text for showing. Knows no template.
import type { Rendered, Span, Tokenizer } from "./types.ts";

/**
 * 1 for every token that shares a character with a learned span. Sharing, not starting: in "[/INST] yes"
 * the token " yes" starts before the answer and is its first word. transformers counts the same way.
 */
export function weightsFor(offsets: readonly Span[], learned: readonly Span[]): number[] {
  let end = 0;
  return offsets.map(([start, stop]) => {
    // Tokenizers that trim offsets leave spaces to nobody: they belong to the token that follows.
    const from = Math.min(start, end);
    end = Math.max(end, stop);
    return learned.some(([a, b]) => from < b && stop > a) ? 1 : 0;
  });
}

/** A run of text that is learned, or is not. */
export interface MaskRun {
  text: string;
  learned: boolean;
}

/** The ids as text, cut where learning starts and stops; for people to check a mask by eye. */
export function showMask(rendered: Rendered, tokenizer: Tokenizer): MaskRun[] {
  const { ids, weights } = rendered;
  const whole = tokenizer.decode(ids);
  const runs: MaskRun[] = [];
  let shown = 0;
  for (let at = 1; at <= ids.length; at++) {
    const learned = weights[at - 1] !== 0;
    if (at < ids.length && (weights[at] !== 0) === learned) continue;
    // A run may end inside a character, whose bytes decode to nothing yet: it is shown with the next run.
    const end =
      at === ids.length ? whole.length : sharedLength(tokenizer.decode(ids.slice(0, at)), whole);
    runs.push({ text: whole.slice(shown, end), learned });
    shown = end;
  }
  return runs;
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}
