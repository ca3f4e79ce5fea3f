// Prompts that cannot fit are refused before all of them is read: rendering and counting a body of megabytes would keep
// the model's process from every other request. Counts a beginning; the exact count is the speaker's.
import { ModelError } from "../../core/errors.ts";
import type { Prompt } from "../../serve/index.ts";
import { textOf } from "../../text/conversation.ts";
import type { Tokenizer } from "../../text/types.ts";

/** Characters for each token that there is room for: beginnings that are counted, and what no text has. */
const [samples, most] = [[12, 96], 128] as const;

/** Templates leave things out, old thoughts for one: what is counted may be so many times what is kept. */
const slack = 2;

export function promptTooLong(tokens: number | string, context: number): ModelError {
  return new ModelError("FT-SERVE-004", {
    message: `the prompt has ${tokens} tokens, and prompt and answer may have ${context} together`,
    hint: "use a shorter prompt",
  });
}

function beginningOf(texts: readonly string[], length: number): string {
  let beginning = "";
  for (const text of texts) {
    beginning += text.slice(0, length - beginning.length);
    if (beginning.length >= length) break;
  }
  return beginning;
}

/** Throws ModelError FT-SERVE-004 for a prompt that is plainly too long. */
export function requireRoomFor(prompt: Prompt, tokenizer: Tokenizer, context: number | null): void {
  if (context === null || "ids" in prompt) return;
  const texts = "text" in prompt ? [prompt.text] : prompt.messages.map(textOf);
  // each message has a mark of its own
  if (texts.length > slack * context) throw promptTooLong(`more than ${texts.length}`, context);
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  const mostTokens = slack * context;
  for (const each of samples) {
    if (length <= each * context) return;
    const counted = tokenizer.encode(beginningOf(texts, each * context)).length;
    if (counted > mostTokens) throw promptTooLong(`more than ${counted}`, context);
  }
  if (length > most * context) throw promptTooLong("too many", context);
}
