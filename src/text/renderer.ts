// The way in: a renderer by the name of its template, and a conversation rendered in one call.
// Writes no text itself; templates/ does.
import { givenKind, givenText } from "./templates/given-text.ts";
import { templates } from "./templates/index.ts";
import type { MaskPolicy, Message, Rendered, Renderer, Tokenizer } from "./types.ts";

export interface RendererOptions {
  /** A registered name, `auto`, the path of a template file (.jinja: Jinja, else {placeholders}), or such a text itself. */
  template: string;
  /** For `custom` and `jinja`: the text or the path of a file. */
  customTemplate?: string | undefined;
}

/** Throws ConfigError: FT-CONFIG-020 (unknown), -021 and -022 (custom text), -023 (model has none). */
export function createRenderer(tokenizer: Tokenizer, options: RendererOptions): Renderer {
  const { template, customTemplate } = options;
  const given = templates.has(template) ? undefined : givenKind(template);
  if (given !== undefined) return templates.get(given)({ tokenizer, customTemplate: template });
  return templates.get(template)({ tokenizer, customTemplate });
}

/** A template by its name, with its text where one was given: what is kept of it, so that no file is asked again. */
export interface TemplateSource {
  name: string;
  text?: string | undefined;
}

/** Reads the file of a template that is one. Throws ConfigError FT-CONFIG-022 where it is not there. */
export function readTemplate(template: string): TemplateSource {
  const kind = templates.has(template) ? undefined : givenKind(template);
  return kind === undefined ? { name: template } : { name: kind, text: givenText(kind, template) };
}

/** Throws as `createRenderer` does. */
export function rendererOf(tokenizer: Tokenizer, { name, text }: TemplateSource): Renderer {
  return createRenderer(tokenizer, { template: name, customTemplate: text });
}

export interface ConversationOptions extends Partial<RendererOptions> {
  mask?: MaskPolicy;
}

/** Ids and weights of one conversation; the model's own template and every assistant turn, unless told. */
export function renderConversation(
  tokenizer: Tokenizer,
  messages: readonly Message[],
  options: ConversationOptions = {},
): Rendered {
  const { template = "auto", customTemplate, mask = "assistant" } = options;
  const renderer = createRenderer(tokenizer, { template, customTemplate });
  return renderer.render({ kind: "chat", messages: [...messages] }, mask);
}
