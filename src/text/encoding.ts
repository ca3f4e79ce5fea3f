// Encodes text that our own templates put together, as one text wherever possible, so that ids equal those
// of the whole. Knows segments and special tokens, not templates.
import type { Located, Span } from "./masks.ts";
import type { Rendered, Tokenizer } from "./types.ts";

/** A piece of a rendering. */
export interface Segment {
  text: string;
  /** Taken from the data: special tokens written in it stay ordinary text. */
  fromData?: boolean;
  /** The assistant turn (from 0) that this piece teaches; absent on headers and on what others say. */
  turn?: number;
}

/** Where each segment lies in the joined text. */
export function segmentSpans(segments: readonly Segment[]): Span[] {
  let end = 0;
  return segments.map(({ text }) => [end, (end += text.length)]);
}

export function joined(segments: readonly Segment[]): string {
  return segments.map(({ text }) => text).join("");
}

/** Special tokens vanish when decoding skips them; nothing else does. */
export function isSpecial(tokenizer: Tokenizer, id: number): boolean {
  return (
    tokenizer.decode([id], { skipSpecialTokens: true }) === "" && tokenizer.decode([id]) !== ""
  );
}

/** What the tokenizer's post-processor puts before a text: BOS, [CLS], or nothing. */
export function leadingSpecialTokens(tokenizer: Tokenizer): number[] {
  const probe = "a";
  const plain = tokenizer.encode(probe);
  const whole = tokenizer.encode(probe, { addSpecialTokens: true });
  const start = whole.findIndex((_, at) => plain.every((id, k) => whole[at + k] === id));
  return whole.slice(0, Math.max(start, 0));
}

/** Segments whose data the tokenizer took for special tokens. */
function forgeries(
  segments: readonly Segment[],
  located: Located,
  tokenizer: Tokenizer,
): boolean[] {
  const special = new Map<number, boolean>();
  for (const id of new Set(located.ids)) special.set(id, isSpecial(tokenizer, id));
  const spans = located.offsets.filter((_, at) => special.get(located.ids[at] ?? -1));
  return segmentSpans(segments).map(
    ([start, end], at) =>
      segments[at]?.fromData === true && spans.some(([a, b]) => a < end && b > start && b > a),
  );
}

/** Forged segments alone and literally, everything between them together. */
function encodeApart(
  segments: readonly Segment[],
  forged: boolean[],
  tokenizer: Tokenizer,
): Located {
  const whole: Located = { ids: [], offsets: [] };
  let base = 0;
  const add = (text: string, literal: boolean): void => {
    const { ids, offsets } = tokenizer.encodeWithOffsets(text, { literal });
    for (const id of ids) whole.ids.push(id);
    for (const [a, b] of offsets) whole.offsets.push([a + base, b + base]);
    base += text.length;
  };
  let honest = "";
  for (const [at, { text }] of segments.entries()) {
    if (forged[at] !== true) {
      honest += text;
      continue;
    }
    if (honest !== "") add(honest, false);
    add(text, true);
    honest = "";
  }
  if (honest !== "") add(honest, false);
  return whole;
}

/** Ids and spans of the joined segments; special tokens written in data do not become control tokens. */
export function encodeSegments(segments: readonly Segment[], tokenizer: Tokenizer): Located {
  const located = tokenizer.encodeWithOffsets(joined(segments));
  if (!segments.some(({ fromData }) => fromData)) return located;
  const forged = forgeries(segments, located, tokenizer);
  return forged.includes(true) ? encodeApart(segments, forged, tokenizer) : located;
}

/** `lead` goes first, unless the text brings its own ("<s>" written out in a template). */
export function withLead(lead: readonly number[], rendered: Rendered, weight: number): Rendered {
  if (lead.every((id, at) => rendered.ids[at] === id)) return rendered;
  return {
    ids: [...lead, ...rendered.ids],
    weights: [...lead.map(() => weight), ...rendered.weights],
  };
}

export function withEos(rendered: Rendered, tokenizer: Tokenizer, weight: number): Rendered {
  const eos = tokenizer.eosTokenId;
  if (eos === undefined || rendered.ids.at(-1) === eos) return rendered;
  return { ids: [...rendered.ids, eos], weights: [...rendered.weights, weight] };
}

/** A text row, the same under every template: as the tokenizer takes it, all learned, ending in EOS. */
export function renderText(text: string, tokenizer: Tokenizer): Rendered {
  const ids = tokenizer.encode(text, { addSpecialTokens: true });
  return withEos({ ids, weights: ids.map(() => 1) }, tokenizer, 1);
}
