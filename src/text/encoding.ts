// Encodes text that our own templates put together, as one text wherever possible, so that ids equal those
// of the whole. Knows segments and special tokens, not templates.
import type { Draft } from "./drafts.ts";
import type { Located, Rendered, Span, Tokenizer } from "./types.ts";

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

const knownSpecial = new WeakMap<Tokenizer, Map<number, boolean>>();

/** Special tokens vanish when decoding skips them; nothing else does. Asked of every token, so remembered. */
export function isSpecial(tokenizer: Tokenizer, id: number): boolean {
  let known = knownSpecial.get(tokenizer);
  if (known === undefined) knownSpecial.set(tokenizer, (known = new Map<number, boolean>()));
  let special = known.get(id);
  if (special === undefined) {
    const shown = tokenizer.decode([id]);
    special = shown !== "" && tokenizer.decode([id], { skipSpecialTokens: true }) === "";
    known.set(id, special);
  }
  return special;
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
  { ids, offsets }: Located,
  tokenizer: Tokenizer,
): boolean[] {
  const special = [...ids.keys()].filter((at) => isSpecial(tokenizer, ids[at] ?? -1));
  return segmentSpans(segments).map(([start, end], segment) => {
    const { fromData, text } = segments[segment] ?? { text: "" };
    if (fromData !== true) return false;
    return special.some((at) => {
      const [from, to] = offsets[at] ?? [0, 0];
      // Sharing is not enough: a special token may swallow the blanks beside it.
      return from < end && to > start && text.includes(tokenizer.decode([ids[at] ?? -1]).trim());
    });
  });
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

/** `located`, but for special tokens written in data: these do not become control tokens. */
export function withoutForgeries(
  segments: readonly Segment[],
  located: Located,
  tokenizer: Tokenizer,
): Located {
  if (!segments.some(({ fromData }) => fromData)) return located;
  const forged = forgeries(segments, located, tokenizer);
  return forged.includes(true) ? encodeApart(segments, forged, tokenizer) : located;
}

/** Ids and spans of the joined segments; special tokens written in data do not become control tokens. */
export function encodeSegments(segments: readonly Segment[], tokenizer: Tokenizer): Located {
  return withoutForgeries(segments, tokenizer.encodeWithOffsets(joined(segments)), tokenizer);
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
export function textDraft(text: string, tokenizer: Tokenizer): Draft {
  const finish = ({ ids }: Located): Rendered =>
    withEos({ ids, weights: ids.map(() => 1) }, tokenizer, 1);
  return { text, addSpecialTokens: true, finish };
}
