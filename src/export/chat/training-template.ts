// The template that a model was trained with, put beside its weights: conversations read in other programs as they did
// in training. A model's own template is there already.
import type { NamedFiles } from "../../core/named-files.ts";
import { loadTokenizer, rendererOf, type TemplateSource } from "../../text/index.ts";
import type { Message, Renderer, Tokenizer } from "../../text/types.ts";
import { chatShape } from "./chat-shape.ts";
import { jinjaTemplate } from "./jinja-template.ts";

export const TEMPLATE_FILE = "chat_template.jinja";

const word = "answerzqx";
const question: Message = { role: "user", content: "questionzqx" };
const answer: Message = { role: "assistant", content: word };

/** What training put behind an answer. */
function endingOf(renderer: Renderer, tokenizer: Tokenizer): string {
  const { ids } = renderer.render({ kind: "chat", messages: [question, answer] }, "all");
  return tokenizer.decode(ids).split(word)[1] ?? "";
}

/** The special token that training put before the text of the template, by its name in Jinja. */
function leadOf(renderer: Renderer, tokenizer: Tokenizer): string | undefined {
  const messages = [question];
  const [first] = renderer.prompt(messages);
  const isBos = first !== undefined && first === tokenizer.bosTokenId;
  const bos = tokenizer.specialTokens["bos_token"];
  const isWritten = bos !== undefined && renderer.promptText(messages).startsWith(bos);
  return isBos && !isWritten ? "bos_token" : undefined;
}

/** A file over those that are there. */
function over(files: NamedFiles, name: string, text: string): NamedFiles {
  return {
    at: files.at,
    names: () => [...new Set([...files.names(), name])],
    has: (one) => one === name || files.has(one),
    read: (one) => (one === name ? Buffer.from(text) : files.read(one)),
  };
}

/** The files with the template among them; or why it cannot be written. */
export async function withTrainingTemplate(
  files: NamedFiles,
  template: TemplateSource,
): Promise<{ files: NamedFiles } | { reason: string }> {
  if (template.name === "jinja")
    return {
      files: template.text === undefined ? files : over(files, TEMPLATE_FILE, template.text),
    };
  const tokenizer = await loadTokenizer(files);
  // without a template of its own, ours was taken
  if (template.name === "auto" && tokenizer.chatTemplate !== undefined) return { files };
  const renderer = rendererOf(tokenizer, template);
  const found = chatShape(renderer);
  if ("reason" in found) return found;
  const ends = { ending: endingOf(renderer, tokenizer), lead: leadOf(renderer, tokenizer) };
  return { files: over(files, TEMPLATE_FILE, jinjaTemplate(found.shape, ends)) };
}
