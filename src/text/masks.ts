// From spans of text to weights of tokens, and back to text for showing. Knows no template.
import type { MaskPolicy, Rendered, Span, Tokenizer } from "./types.ts";

/** What learning the tokens of a span counts for. */
export interface WeightedSpan {
  span: Span;
  weight: number;
}

/**
 * The weight of the span with which a token shares a character, else `base`. Sharing, not starting: in
 * "[/INST] yes" the token " yes" starts before the answer and is its first word. transformers counts the same way.
 */
export function weightsFor(
  offsets: readonly Span[],
  spans: readonly WeightedSpan[],
  base = 0,
): number[] {
  let end = 0;
  return offsets.map(([start, stop]) => {
    // Tokenizers that trim offsets leave spaces to nobody: they belong to the token that follows.
    const from = Math.min(start, end);
    end = Math.max(end, stop);
    return spans.find(({ span: [a, b] }) => from < b && stop > a)?.weight ?? base;
  });
}

/** What a token of each turn counts for under `policy`; `weights` are those of the turns, undefined is no turn's. */
export function turnWeights(
  weights: readonly number[],
  policy: MaskPolicy,
): (turn: number | undefined) => number {
  if (policy === "all") return (turn) => (turn === undefined ? 1 : (weights[turn] ?? 1));
  const first = policy === "last" ? weights.length - 1 : 0;
  return (turn) => (turn === undefined || turn < first ? 0 : (weights[turn] ?? 1));
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
