// Finds the conversations of a source: by what its format keeps of who speaks, else by the rules over its text, stretch
// by stretch. Each one is checked against the text before it is given out.
import type { OpenSource, SourcePart } from "../sources/types.ts";
import { Held, type StretchSizes, usualSizes } from "./carry.ts";
import { isVerbatimConversation, type Slice } from "./check.ts";
import { conversationsOf as usualConversationsOf } from "./conversations/conversations.ts";
import { findClaims, type FoundClaims } from "./find.ts";
import { KeptText } from "./kept-text.ts";
import { claimsOfModel } from "./model/ask.ts";
import type { RangesOf } from "./model/ranges.ts";
import type { Conflict, Dropped, IdentifyReport, ModelUse, SourceFindings } from "./report.ts";
import type { Claim } from "./resolve.ts";
import { folded } from "./text/characters.ts";
import type {
  ConversationsOf,
  FoundConversation,
  FoundMessage,
  IdentifyOptions,
  LeftPiece,
} from "./types.ts";

export const usualIdentifyOptions: IdentifyOptions = {
  assistants: [],
  minTurns: 2,
  minConfidence: 0.5,
};

export interface IdentifyHelp {
  /** For formats that keep who speaks; the one of conversations/ unless another is given. */
  readonly conversationsOf?: ConversationsOf | undefined;
  /** A model, for what rules leave open; without one nothing is asked. */
  readonly rangesOf?: RangesOf | undefined;
  readonly sizes?: StretchSizes | undefined;
  /** Told of each that is found and not given out. */
  readonly leave?: ((piece: LeftPiece) => void) | undefined;
}

function moved({ spans, ...message }: FoundMessage, by: number): FoundMessage {
  return { ...message, spans: spans.map(([start, end]) => [start + by, end + by] as const) };
}

/** Goes through sources one after another, and counts. */
export class Identifier {
  readonly #options: IdentifyOptions;
  readonly #help: IdentifyHelp;
  readonly #sizes: StretchSizes;
  readonly #assistants: ReadonlySet<string>;
  readonly #sources: SourceFindings[] = [];
  readonly #dropped: Dropped = { notVerbatim: 0, tooShort: 0, unsure: 0 };
  readonly #conflicts = new Map<string, Conflict>();
  readonly #model: ModelUse = { calls: 0, conversations: 0, rejected: 0 };

  constructor(options: Partial<IdentifyOptions> = {}, help: IdentifyHelp = {}) {
    this.#options = { ...usualIdentifyOptions, ...options };
    this.#help = help;
    this.#sizes = help.sizes ?? usualSizes;
    this.#assistants = new Set(this.#options.assistants.map(folded));
  }

  get report(): IdentifyReport {
    const sources = this.#sources;
    const sum = (count: (one: SourceFindings) => number): number =>
      sources.reduce((total, one) => total + count(one), 0);
    return {
      conversations: sum((one) => one.conversations),
      messages: sum((one) => one.messages),
      sources,
      dropped: this.#dropped,
      conflicts: [...this.#conflicts.values()],
      model: this.#model,
    };
  }

  /** The conversations of one source, in order of their place. `seen` is shown the text as it goes by. */
  async *of(
    opened: OpenSource,
    seen: (text: string) => void = () => {},
  ): AsyncGenerator<FoundConversation> {
    const { source, kind } = opened;
    const told: SourceFindings = {
      source,
      kind,
      characters: 0,
      conversations: 0,
      messages: 0,
      said: 0,
      rules: {},
    };
    this.#sources.push(told);
    const parts = shown(opened.parts, (text) => {
      told.characters += text.length;
      seen(text);
    });
    const peeked = await peek(parts);
    const all = { ...opened, parts: peeked.parts };
    const conversationsOf = this.#help.conversationsOf ?? usualConversationsOf;
    const found = peeked.keepsSpeakers ? this.#kept(all, conversationsOf) : this.#byRules(all);
    for await (const conversation of found) {
      count(told, conversation);
      yield conversation;
    }
  }

  async *#kept(
    opened: OpenSource,
    conversationsOf: ConversationsOf,
  ): AsyncGenerator<FoundConversation> {
    const text = new KeptText();
    try {
      const parts = shown(opened.parts, (part) => text.add(part));
      const slice: Slice = (start, end) => text.slice(start, end);
      for await (const found of conversationsOf({ ...opened, parts }, this.#options))
        if (this.#passes(found, slice)) yield found;
    } finally {
      text.close();
    }
  }

  async *#byRules(opened: OpenSource): AsyncGenerator<FoundConversation> {
    const held = new Held();
    let next = this.#sizes.usual;
    for await (const part of opened.parts) {
      held.add(part);
      if (held.text.length < next) continue;
      yield* this.#stretch(opened.source, held, false);
      next = Math.min(this.#sizes.most, Math.max(this.#sizes.usual, held.text.length * 2));
    }
    yield* this.#stretch(opened.source, held, true);
  }

  /** What is found in the held text and ends well before its end; with `last`, all of it. */
  async *#stretch(source: string, held: Held, last: boolean): AsyncGenerator<FoundConversation> {
    if (held.text.trim() === "") return held.drop(last ? held.text.length : 0);
    const found = findClaims(held.text, held.blocks(), { assistants: this.#assistants });
    const horizon = last ? held.text.length : held.lineBehind(held.text.length - this.#sizes.tail);
    const { done, cut } = last
      ? { done: found.kept, cut: held.text.length }
      : this.#settled(held, found.kept, horizon);
    this.#countConflicts(found, cut);
    for (const claim of await this.#withModel(held, done, cut))
      yield* this.#given(source, held, claim);
    held.drop(cut);
  }

  #settled(held: Held, kept: readonly Claim[], horizon: number): { done: Claim[]; cut: number } {
    const open = kept.find(({ end }) => end > horizon);
    const done = kept.filter(({ end }) => end <= horizon);
    if (open === undefined || open.start >= horizon) return { done, cut: horizon };
    const start = held.text.lastIndexOf("\n", open.start) + 1;
    const before = done.at(-1)?.end ?? 0;
    const labels = Math.max(before, held.text.lastIndexOf("\n", Math.max(0, start - 200)) + 1);
    if (held.text.length - labels < this.#sizes.most / 2)
      return { done, cut: Math.min(labels, open.start) };
    const [first, behind] = divide(open, horizon);
    return first === undefined ? { done, cut: horizon } : { done: [...done, first], cut: behind };
  }

  *#given(source: string, held: Held, claim: Claim): Generator<FoundConversation> {
    const { rule, confidence, dialogue } = claim;
    const messages = dialogue.messages.map((message) => moved(message, held.start));
    const found = { source, messages, rule, confidence: Math.round(confidence * 1000) / 1000 };
    const slice: Slice = (start, end) => held.text.slice(start - held.start, end - held.start);
    if (this.#passes(found, slice)) yield found;
  }

  #passes(found: FoundConversation, slice: Slice): boolean {
    const why = this.#faultOf(found, slice);
    if (why === undefined) return true;
    this.#dropped[why] += 1;
    this.#help.leave?.({ found, why });
    return false;
  }

  #faultOf(found: FoundConversation, slice: Slice): LeftPiece["why"] | undefined {
    if (found.confidence < this.#options.minConfidence) return "unsure";
    if (found.messages.length < this.#options.minTurns) return "tooShort";
    return isVerbatimConversation(found, slice) ? undefined : "notVerbatim";
  }

  async #withModel(held: Held, kept: readonly Claim[], limit: number): Promise<readonly Claim[]> {
    const { rangesOf } = this.#help;
    if (rangesOf === undefined) return kept;
    const sure = kept.filter(({ confidence }) => confidence >= this.#options.minConfidence);
    return await claimsOfModel({ text: held.text, limit, claims: sure }, rangesOf, this.#model);
  }

  #countConflicts({ lost }: FoundClaims, cut: number): void {
    for (const [{ rule, end }, winner] of lost) {
      if (end > cut || rule === winner.rule) continue;
      const key = `${winner.rule} ${rule}`;
      const known = this.#conflicts.get(key) ?? { kept: winner.rule, lost: rule, conversations: 0 };
      known.conversations += 1;
      this.#conflicts.set(key, known);
    }
  }
}

/** A conversation longer than may be held, in two: what ends before a place, and where the rest begins. */
function divide(claim: Claim, horizon: number): [first: Claim | undefined, behind: number] {
  const { messages } = claim.dialogue;
  const ends = messages.map(({ spans }) => spans.at(-1)?.[1] ?? Infinity);
  let last = ends.findLastIndex(
    (end, index) => end <= horizon && messages[index]?.role === "assistant",
  );
  if (last < 1) last = ends.findLastIndex((end) => end <= horizon);
  if (last < 1) return [undefined, horizon];
  const end = ends[last] as number;
  return [{ ...claim, end, dialogue: { messages: messages.slice(0, last + 1) } }, end];
}

function count(told: SourceFindings, { rule, messages }: FoundConversation): void {
  const counted = (told.rules[rule] ??= { conversations: 0, messages: 0 });
  counted.conversations += 1;
  counted.messages += messages.length;
  told.conversations += 1;
  told.messages += messages.length;
  for (const { content } of messages) told.said += content.length;
}

async function* shown(
  parts: AsyncIterable<SourcePart>,
  see: (text: string) => void,
): AsyncGenerator<SourcePart> {
  for await (const part of parts) {
    see(part.text);
    yield part;
  }
}

function keepsSpeakers({ blocks }: SourcePart): boolean {
  return blocks.some(({ type }) => type === "message" || type === "cue");
}

/** Whether the first part with blocks has speakers, and all parts again. */
async function peek(
  parts: AsyncGenerator<SourcePart>,
): Promise<{ keepsSpeakers: boolean; parts: AsyncIterable<SourcePart> }> {
  const seen: SourcePart[] = [];
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
    seen.push(next.value);
    if (next.value.blocks.length > 0 || seen.length >= 8) break;
  }
  async function* again(): AsyncGenerator<SourcePart> {
    yield* seen;
    yield* parts;
  }
  return { keepsSpeakers: seen.some(keepsSpeakers), parts: again() };
}
