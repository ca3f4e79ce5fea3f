// What a template of our own is, and the renderer made from it: ids and weights come from the same pieces
// of text. The model's own Jinja template has its own renderer, in jinja.ts.
import { messagesOf } from "../conversation.ts";
import { type Draft, DraftingRenderer } from "../drafts.ts";
import {
  encodeSegments,
  joined,
  leadingSpecialTokens,
  type Segment,
  segmentSpans,
  textDraft,
  withEos,
  withLead,
  withoutForgeries,
} from "../encoding.ts";
import { weightsFor } from "../masks.ts";
import type {
  InstructionSample,
  Located,
  MaskPolicy,
  Message,
  Rendered,
  Renderer,
  Sample,
  Tokenizer,
} from "../types.ts";

/** What a template may ask for when it is chosen. */
export interface TemplateContext {
  tokenizer: Tokenizer;
  /** A format with {placeholders}, or the path of a file that holds one; for `custom` and `jinja`. */
  customTemplate?: string | undefined;
}

export type TemplateFactory = (context: TemplateContext) => Renderer;

/** A template written as a function from data to pieces of text. */
export interface SegmentTemplate {
  name: string;
  /** The text that ends a turn. When it is not one token of the tokenizer, a sample ends in EOS as well. */
  endOfTurn?: string;
  /** The whole conversation; every assistant turn's pieces carry its number. */
  conversation(messages: readonly Message[]): Segment[];
  /** An instruction row, where it differs from its two messages. */
  instruction?(sample: InstructionSample): Segment[];
  /** The conversation up to where the assistant begins to speak. */
  prompt(messages: readonly Message[]): Segment[];
}

/** Which turns are learned; undefined stands for every token. */
function learnedTurns(segments: readonly Segment[], policy: MaskPolicy): Set<number> | undefined {
  if (policy === "all") return undefined;
  const turns = segments.flatMap(({ turn }) => (turn === undefined ? [] : [turn]));
  return new Set(policy === "last" ? [Math.max(...turns)] : turns);
}

class SegmentRenderer extends DraftingRenderer implements Renderer {
  readonly name: string;
  readonly takesTurns: boolean;
  readonly #template: SegmentTemplate;
  readonly #lead: number[];
  readonly #needsEos: boolean;

  constructor(template: SegmentTemplate, tokenizer: Tokenizer) {
    super(tokenizer);
    this.name = template.name;
    this.takesTurns = template.instruction === undefined;
    this.#template = template;
    this.#lead = leadingSpecialTokens(tokenizer);
    const { endOfTurn } = template;
    this.#needsEos = endOfTurn === undefined || tokenizer.tokenToId(endOfTurn) === undefined;
  }

  prompt(messages: readonly Message[]): number[] {
    const { ids } = encodeSegments(this.#template.prompt(messages), this.tokenizer);
    return withLead(this.#lead, { ids, weights: ids.map(() => 0) }, 0).ids;
  }

  promptText(messages: readonly Message[]): string {
    return joined(this.#template.prompt(messages));
  }

  #segments(sample: Exclude<Sample, { kind: "text" }>): Segment[] {
    if (sample.kind === "chat") return this.#template.conversation(sample.messages);
    return this.#template.instruction?.(sample) ?? this.#template.conversation(messagesOf(sample));
  }

  protected override draft(sample: Sample, policy: MaskPolicy): Draft {
    if (sample.kind === "text") return textDraft(sample.text, this.tokenizer);
    const segments = this.#segments(sample);
    const finish = (located: Located): Rendered => this.#weigh(segments, located, policy);
    return { text: joined(segments), addSpecialTokens: false, finish };
  }

  #weigh(segments: Segment[], located: Located, policy: MaskPolicy): Rendered {
    const { ids, offsets } = withoutForgeries(segments, located, this.tokenizer);
    const turns = learnedTurns(segments, policy);
    const learns = ({ turn }: Segment): boolean =>
      turns === undefined || (turn !== undefined && turns.has(turn));
    const spans = segmentSpans(segments).filter((_, at) => learns(segments[at] ?? { text: "" }));
    const weights = turns === undefined ? ids.map(() => 1) : weightsFor(offsets, spans);
    const rendered = withLead(this.#lead, { ids, weights }, turns === undefined ? 1 : 0);
    if (!this.#needsEos) return rendered;
    return withEos(rendered, this.tokenizer, learns(segments.at(-1) ?? { text: "" }) ? 1 : 0);
  }
}

/** The renderer of a template written as segments. */
export function segmentRenderer(template: SegmentTemplate, tokenizer: Tokenizer): Renderer {
  return new SegmentRenderer(template, tokenizer);
}
