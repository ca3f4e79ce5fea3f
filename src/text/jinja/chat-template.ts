// A model's chat template with what it can say: the text of a conversation as transformers' apply_chat_template gives
// it. Makes no tokens and no masks: see templates/jinja.ts.
import { requireSayable, type Sayable, type Spoken } from "../sayable.ts";
import type { JsonObject, Span } from "../types.ts";
import { Capabilities } from "./capabilities.ts";
import { hasGenerationTags, readMarks, withMarks } from "./generation-tags.ts";
import { JinjaTemplate } from "./interpreter.ts";
import { templateMessages } from "./template-messages.ts";

export class ChatTemplate {
  readonly source: string;
  readonly hasGenerationTags: boolean;
  readonly #template: JinjaTemplate;
  readonly #specialTokens: Readonly<Record<string, string>>;
  readonly #can: Capabilities;

  /** Throws ModelError FT-MODEL-023 when the source is not Jinja. */
  constructor(source: string, specialTokens: Readonly<Record<string, string>>) {
    this.source = source;
    this.hasGenerationTags = hasGenerationTags(source);
    this.#template = new JinjaTemplate(source);
    this.#specialTokens = specialTokens;
    this.#can = new Capabilities((messages, tools) => this.#say(this.#template, messages, tools));
  }

  get says(): Pick<Sayable, "tools" | "toolCalls"> {
    return this.#can;
  }

  /** Throws DataError FT-DATA-022 for what the template cannot say, and what rendering throws. */
  text({ messages, tools }: Spoken, prompt = false, template = this.#template): string {
    requireSayable({ messages, ...(tools && { tools }) }, this.#can, "the model's chat template");
    return this.#say(template, templateMessages(messages, this.#can), tools, prompt);
  }

  /** Where the template's own tags enclose what the assistant says; undefined when they cannot be followed. */
  taggedSpans(spoken: Spoken, text: string, mark: string): Span[] | undefined {
    const [open, close] = [`${mark}<${mark}`, `${mark}>${mark}`];
    const template = new JinjaTemplate(withMarks(this.source, open, close));
    const marked = readMarks(this.text(spoken, false, template), open, close);
    return marked?.text === text && marked.spans.length > 0 ? marked.spans : undefined;
  }

  /** The variables are those of apply_chat_template. */
  #say(
    template: JinjaTemplate,
    messages: readonly JsonObject[],
    tools?: readonly JsonObject[],
    prompt = false,
  ): string {
    const given = { tools: tools ?? null, documents: null, add_generation_prompt: prompt };
    return template.render({ messages, ...given, ...this.#specialTokens });
  }
}
