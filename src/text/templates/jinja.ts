// The model's own chat template: text as transformers' apply_chat_template gives it, and a mask from the
// template's generation tags or from locating each assistant turn. Not the interpreter: see ../jinja.
import { ModelError } from "../../core/errors.ts";
import { messagesOf } from "../conversation.ts";
import { type Draft, DraftingRenderer } from "../drafts.ts";
import { isSpecial, textDraft } from "../encoding.ts";
import { ChatTemplate } from "../jinja/chat-template.ts";
import { locateTurns, unusedCharacter } from "../jinja/locate.ts";
import { turnWeights, weightsFor } from "../masks.ts";
import { unlearnedSpans, withoutSpans } from "../reasoning.ts";
import type { Spoken } from "../sayable.ts";
import type {
  JsonObject,
  Located,
  Masking,
  MaskPolicy,
  Message,
  Rendered,
  Renderer,
  Sample,
  Span,
  Tokenizer,
} from "../types.ts";
import { givenText } from "./given-text.ts";
import type { TemplateContext } from "./template.ts";

function assistantTurns(messages: readonly Message[]): number[] {
  return [...messages.keys()].filter((at) => messages[at]?.role === "assistant");
}

function notLocated(turn: number): ModelError {
  return new ModelError("FT-MODEL-024", {
    message: `the model's chat template does not show where assistant turn ${turn + 1} is, so it cannot be masked`,
    hint: "choose a built-in template (--template chatml), or train on every token (--mask all)",
  });
}

/** The token that ends a turn: the first special one after the content, with nothing but spaces between. */
function endOfTurn(
  text: string,
  { ids, offsets }: Located,
  end: number,
  tokenizer: Tokenizer,
): number[] {
  const first = offsets.findIndex(([start, stop]) => start >= end && stop > start);
  if (first === -1) return [];
  for (let at = first; at < ids.length; at++) {
    if (isSpecial(tokenizer, ids[at] ?? -1))
      return ids.slice(first, at + 1).map((_, k) => first + k);
    if (!/^ *$/.test(text.slice(...(offsets[at] ?? [0, 0])))) return [];
  }
  return [];
}

/** "[/INST] yes": prompts end before the space, so the model has to say it. */
function withSpaceBefore(text: string, [start, end]: Span): Span {
  return [text.charAt(start - 1) === " " ? start - 1 : start, end];
}

type Weigh = (located: Located) => number[];

/** Assistant turns that count for other than the rest, by their place among the messages. */
interface WeightedTurn {
  index: number;
  /** Which assistant turn it is, from 0. */
  order: number;
  weight: number;
}

class JinjaRenderer extends DraftingRenderer implements Renderer {
  readonly name = "jinja";
  readonly takesTurns = true;
  readonly source: string;
  readonly #template: ChatTemplate;
  readonly #toolTemplate: ChatTemplate;

  constructor(source: string, toolSource: string, tokenizer: Tokenizer) {
    super(tokenizer);
    const { specialTokens } = tokenizer;
    this.source = toolSource === source ? source : `${source}\n${toolSource}`;
    this.#template = new ChatTemplate(source, specialTokens);
    this.#toolTemplate =
      toolSource === source ? this.#template : new ChatTemplate(toolSource, specialTokens);
  }

  get says(): Renderer["says"] {
    return this.#toolTemplate.says;
  }

  protected override facts() {
    const title = "the model's chat template";
    const promptText = (messages: readonly Message[]): string => this.promptText(messages);
    return { title, endMark: undefined, readsMarks: true, promptText };
  }

  prompt(messages: readonly Message[], tools?: readonly JsonObject[]): number[] {
    return this.tokenizer.encode(this.promptText(messages, tools));
  }

  promptText(messages: readonly Message[], tools?: readonly JsonObject[]): string {
    return this.#templateFor(tools).text({ messages, ...(tools && { tools }) }, true);
  }

  #templateFor(tools: readonly JsonObject[] | undefined): ChatTemplate {
    return tools === undefined ? this.#template : this.#toolTemplate;
  }

  protected override draft(sample: Sample, masking: Masking): Draft {
    if (sample.kind === "text") return textDraft(sample.text, this.tokenizer);
    const spoken: Spoken = sample.kind === "chat" ? sample : { messages: messagesOf(sample) };
    const text = this.#templateFor(spoken.tools).text(spoken);
    const weigh = this.#mask(spoken, text, masking.turns);
    const unlearned = unlearnedSpans(text, spoken.messages, masking);
    const finish = (located: Located): Rendered => {
      const weights = withoutSpans(weigh(located), located.offsets, unlearned);
      return { ids: located.ids, weights };
    };
    return { text, addSpecialTokens: false, finish };
  }

  /** The weights of the tokens of `text`, which must be the rendering of `spoken`. */
  #mask(spoken: Spoken, text: string, policy: MaskPolicy): Weigh {
    const weights = assistantTurns(spoken.messages).map((at) => spoken.messages[at]?.weight ?? 1);
    const weightOf = turnWeights(weights, policy);
    const base = weightOf(undefined);
    const wanted = assistantTurns(spoken.messages)
      .map((index, order): WeightedTurn => ({ index, order, weight: weightOf(order) }))
      .filter(({ weight }) => weight !== base);
    if (wanted.length === 0) return ({ ids }) => ids.map(() => base);
    const { source, hasGenerationTags } = this.#templateFor(spoken.tools);
    const mark = unusedCharacter(text + source + JSON.stringify(spoken));
    if (mark === undefined) throw notLocated(0);
    return hasGenerationTags
      ? this.#taggedMask(spoken, wanted, { text, mark, base, turns: weights.length })
      : this.#locatedMask(spoken, wanted, { text, mark, base });
  }

  #taggedMask(
    spoken: Spoken,
    wanted: readonly WeightedTurn[],
    { text, mark, base, turns }: { text: string; mark: string; base: number; turns: number },
  ): Weigh {
    const spans = this.#templateFor(spoken.tools).taggedSpans(spoken, text, mark);
    if (spans === undefined) throw notLocated(0);
    if (spans.length === turns) {
      const weighted = wanted.map(({ order, weight }) => ({ span: spans[order] as Span, weight }));
      return ({ offsets }) => weightsFor(offsets, weighted, base);
    }
    // Tags around more or less than a turn each tell what is learned, but not which turn it is.
    const other = wanted.find(({ weight }) => weight !== 1);
    if (other !== undefined || base !== 0) throw notLocated(other?.order ?? 0);
    const learned = wanted.length === turns ? spans : spans.slice(-1);
    return ({ offsets }) =>
      weightsFor(
        offsets,
        learned.map((span) => ({ span, weight: 1 })),
      );
  }

  #locatedMask(
    spoken: Spoken,
    wanted: readonly WeightedTurn[],
    { text, mark, base }: { text: string; mark: string; base: number },
  ): Weigh {
    const render = (messages: readonly Message[], prompt = false): string =>
      this.#templateFor(spoken.tools).text({ ...spoken, messages }, prompt);
    const indices = wanted.map(({ index }) => index);
    const spans = locateTurns({ render, messages: spoken.messages, truth: text, mark }, indices);
    const found = wanted.map(({ order, weight }, at) => {
      const span = spans[at];
      if (span === undefined) throw notLocated(order);
      return { span: withSpaceBefore(text, span), weight };
    });
    return (located) => {
      const weights = weightsFor(located.offsets, found, base);
      for (const { span, weight } of found) {
        for (const at of endOfTurn(text, located, span[1], this.tokenizer)) weights[at] = weight;
      }
      return weights;
    };
  }
}

/** The template given, else the model's own; undefined when there is neither. */
export function jinja({ tokenizer, customTemplate }: TemplateContext): Renderer | undefined {
  if (customTemplate !== undefined) {
    const given = givenText("jinja", customTemplate);
    return new JinjaRenderer(given, given, tokenizer);
  }
  const { chatTemplate, toolTemplate } = tokenizer;
  if (chatTemplate === undefined) return undefined;
  return new JinjaRenderer(chatTemplate, toolTemplate ?? chatTemplate, tokenizer);
}
