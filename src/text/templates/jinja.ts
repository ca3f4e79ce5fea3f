// The model's own chat template: text as transformers' apply_chat_template gives it, and a mask from the
// template's generation tags or from locating each assistant turn. Not the interpreter: see ../jinja.
import { ConfigError, ModelError } from "../../core/errors.ts";
import { messagesOf } from "../conversation.ts";
import { type Draft, DraftingRenderer } from "../drafts.ts";
import { isSpecial, textDraft } from "../encoding.ts";
import { hasGenerationTags, readMarks, withMarks } from "../jinja/generation-tags.ts";
import { JinjaTemplate } from "../jinja/interpreter.ts";
import { locateTurns, unusedCharacter } from "../jinja/locate.ts";
import { weightsFor } from "../masks.ts";
import type {
  Located,
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
    message: `the model's chat template does not show where assistant turn ${turn + 1} lies, so it cannot be masked`,
    hint: "choose a template of ours (--template chatml), or learn every token (--mask all)",
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
function withSpaceBefore(text: string): (span: Span) => Span {
  return ([start, end]) => [text.charAt(start - 1) === " " ? start - 1 : start, end];
}

type Weigh = (located: Located) => number[];

class JinjaRenderer extends DraftingRenderer implements Renderer {
  readonly name = "jinja";
  readonly takesTurns = true;
  readonly #source: string;
  readonly #template: JinjaTemplate;

  constructor(source: string, tokenizer: Tokenizer) {
    super(tokenizer);
    this.#source = source;
    this.#template = new JinjaTemplate(source);
  }

  prompt(messages: readonly Message[]): number[] {
    return this.tokenizer.encode(this.promptText(messages));
  }

  promptText(messages: readonly Message[]): string {
    return this.#text(messages, true);
  }

  /** The variables are those of apply_chat_template. */
  #text(messages: readonly Message[], prompt: boolean, template = this.#template): string {
    const given = { tools: null, documents: null, add_generation_prompt: prompt };
    return template.render({ messages, ...given, ...this.tokenizer.specialTokens });
  }

  protected override draft(sample: Sample, policy: MaskPolicy): Draft {
    if (sample.kind === "text") return textDraft(sample.text, this.tokenizer);
    const messages = sample.kind === "chat" ? sample.messages : messagesOf(sample);
    const text = this.#text(messages, false);
    const weigh = this.#mask(messages, text, policy);
    const finish = (located: Located): Rendered => ({ ids: located.ids, weights: weigh(located) });
    return { text, addSpecialTokens: false, finish };
  }

  /** The weights of the tokens of `text`, which must be the rendering of `messages`. */
  #mask(messages: readonly Message[], text: string, policy: MaskPolicy): Weigh {
    if (policy === "all") return ({ ids }) => ids.map(() => 1);
    const turns = assistantTurns(messages);
    const wanted = policy === "last" ? turns.slice(-1) : turns;
    if (wanted.length === 0) return ({ ids }) => ids.map(() => 0);
    const mark = unusedCharacter(text + this.#source + JSON.stringify(messages));
    if (mark === undefined) throw notLocated(0);
    if (!hasGenerationTags(this.#source)) return this.#locatedMask(messages, wanted, text, mark);
    const spans = this.#taggedSpans(messages, text, mark);
    return ({ offsets }) => weightsFor(offsets, policy === "last" ? spans.slice(-1) : spans);
  }

  #taggedSpans(messages: readonly Message[], text: string, mark: string): Span[] {
    const [open, close] = [`${mark}<${mark}`, `${mark}>${mark}`];
    const template = new JinjaTemplate(withMarks(this.#source, open, close));
    const marked = readMarks(this.#text(messages, false, template), open, close);
    if (marked === undefined || marked.text !== text || marked.spans.length === 0)
      throw notLocated(0);
    return marked.spans;
  }

  #locatedMask(
    messages: readonly Message[],
    wanted: readonly number[],
    text: string,
    mark: string,
  ): Weigh {
    const render = (list: readonly Message[]): string => this.#text(list, false);
    const spans = locateTurns(render, messages, wanted, text, mark);
    const found = spans.filter((span) => span !== undefined);
    if (found.length < spans.length) throw notLocated(spans.indexOf(undefined));
    return (located) => {
      const weights = weightsFor(located.offsets, found.map(withSpaceBefore(text)));
      for (const [, end] of found) {
        for (const at of endOfTurn(text, located, end, this.tokenizer)) weights[at] = 1;
      }
      return weights;
    };
  }
}

/** The template given, else the model's own; ConfigError FT-CONFIG-023 when there is neither. */
export function jinja({ tokenizer, customTemplate }: TemplateContext): Renderer {
  if (customTemplate !== undefined) {
    return new JinjaRenderer(givenText("jinja", customTemplate), tokenizer);
  }
  if (tokenizer.chatTemplate === undefined) {
    throw new ConfigError("FT-CONFIG-023", {
      message: "the model has no chat template of its own",
      hint: "choose one of ours: --template chatml",
    });
  }
  return new JinjaRenderer(tokenizer.chatTemplate, tokenizer);
}
