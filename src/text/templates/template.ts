// What a template of our own is, and the renderer made from it: ids and weights come from the same pieces
// of text. The model's own Jinja template has its own renderer, in jinja.ts.
import { messagesOf, textOf } from "../conversation.ts";
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
import { turnWeights, weightsFor } from "../masks.ts";
import { unlearnedSpans, withoutSpans } from "../reasoning.ts";
import { plainSayable, requireSayable, type Sayable, type Spoken } from "../sayable.ts";
import type {
  InstructionSample,
  JsonObject,
  Located,
  Masking,
  Message,
  PlainMessage,
  Rendered,
  Renderer,
  Sample,
  Span,
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
  conversation(messages: readonly PlainMessage[]): Segment[];
  /** An instruction row, where it differs from its two messages. */
  instruction?(sample: InstructionSample): Segment[];
  /** The conversation up to where the assistant begins to speak. */
  prompt(messages: readonly PlainMessage[]): Segment[];
  /** Whether it writes the names of who speaks; default false. */
  saysNames?: boolean;
}

/** A message of which only role, text and name are left. */
function plain(message: Message): PlainMessage {
  const { role, name } = message;
  return { role, content: textOf(message), ...(name !== undefined && { name }) };
}

/** What each assistant turn counts for, in order. */
function weightsOf(sample: Sample): number[] {
  if (sample.kind !== "chat") return [1];
  const answers = sample.messages.filter(({ role }) => role === "assistant");
  return answers.map(({ weight = 1 }) => weight);
}

class SegmentRenderer extends DraftingRenderer implements Renderer {
  readonly name: string;
  readonly takesTurns: boolean;
  readonly says = { tools: false, toolCalls: false };
  readonly #template: SegmentTemplate;
  readonly #lead: number[];
  readonly #needsEos: boolean;
  readonly #sayable: Sayable;

  constructor(template: SegmentTemplate, tokenizer: Tokenizer) {
    super(tokenizer);
    this.name = template.name;
    this.takesTurns = template.instruction === undefined;
    this.#template = template;
    this.#sayable = plainSayable(template.saysNames ?? false);
    this.#lead = leadingSpecialTokens(tokenizer);
    const { endOfTurn } = template;
    this.#needsEos = endOfTurn === undefined || tokenizer.tokenToId(endOfTurn) === undefined;
  }

  protected override facts() {
    const { name, endOfTurn: endMark } = this.#template;
    const promptText = (messages: readonly Message[]): string => this.promptText(messages);
    return { title: `template ${name}`, endMark, readsMarks: false, promptText };
  }

  prompt(messages: readonly Message[], tools?: readonly JsonObject[]): number[] {
    const { ids } = encodeSegments(this.#prompt(messages, tools), this.tokenizer);
    return withLead(this.#lead, { ids, weights: ids.map(() => 0) }, 0).ids;
  }

  promptText(messages: readonly Message[], tools?: readonly JsonObject[]): string {
    return joined(this.#prompt(messages, tools));
  }

  #prompt(messages: readonly Message[], tools?: readonly JsonObject[]): Segment[] {
    return this.#template.prompt(this.#plain({ messages, ...(tools && { tools }) }));
  }

  /** Throws DataError FT-DATA-022 for what a template of text cannot say. */
  #plain(conversation: Spoken): PlainMessage[] {
    requireSayable(conversation, this.#sayable, `template '${this.name}'`);
    return conversation.messages.map(plain);
  }

  #segments(sample: Exclude<Sample, { kind: "text" }>): Segment[] {
    if (sample.kind === "chat") return this.#template.conversation(this.#plain(sample));
    return this.#template.instruction?.(sample) ?? this.#template.conversation(messagesOf(sample));
  }

  protected override draft(sample: Sample, masking: Masking): Draft {
    if (sample.kind === "text") return textDraft(sample.text, this.tokenizer);
    const segments = this.#segments(sample);
    const weightOf = turnWeights(weightsOf(sample), masking.turns);
    const text = joined(segments);
    const unlearned = unlearnedSpans(text, [], masking);
    const finish = (located: Located): Rendered =>
      this.#weigh(segments, located, { weightOf, unlearned });
    return { text, addSpecialTokens: false, finish };
  }

  #weigh(
    segments: Segment[],
    located: Located,
    {
      weightOf,
      unlearned,
    }: { weightOf: (turn: number | undefined) => number; unlearned: readonly Span[] },
  ): Rendered {
    const { ids, offsets } = withoutForgeries(segments, located, this.tokenizer);
    const base = weightOf(undefined);
    const spans = segmentSpans(segments)
      .map((span, at) => ({ span, weight: weightOf(segments[at]?.turn) }))
      .filter(({ weight }) => weight !== base);
    const weights = withoutSpans(weightsFor(offsets, spans, base), offsets, unlearned);
    const rendered = { ids, weights };
    const whole = withLead(this.#lead, rendered, base);
    if (!this.#needsEos) return whole;
    return withEos(whole, this.tokenizer, weightOf(segments.at(-1)?.turn));
  }
}

/** The renderer of a template written as segments. */
export function segmentRenderer(template: SegmentTemplate, tokenizer: Tokenizer): Renderer {
  return new SegmentRenderer(template, tokenizer);
}
