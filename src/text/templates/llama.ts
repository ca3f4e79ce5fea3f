// Llama 2's chat form. Not Llama 3's, nor TinyLlama's: those models carry their own template (`auto`).
// Source: meta-llama/llama, llama/generation.py, chat_completion.
import { exchangesOf, openForAnswer } from "../conversation.ts";
import type { Segment } from "../encoding.ts";
import type { PlainMessage, Renderer } from "../types.ts";
import { segmentRenderer, type TemplateContext, type SegmentTemplate } from "./template.ts";

function data(text: string): Segment {
  return { text, fromData: true };
}

/** Without the space before the answer: it belongs to the answer's first token. */
function asked(user: string, system: string | undefined): Segment[] {
  const frame =
    system === undefined ? [] : [{ text: "<<SYS>>\n" }, data(system), { text: "\n<</SYS>>\n\n" }];
  return [{ text: "<s>[INST] " }, ...frame, data(user), { text: " [/INST]" }];
}

function conversation(messages: readonly PlainMessage[]): Segment[] {
  const { system, turns } = exchangesOf(messages);
  return turns.flatMap(({ user, assistant }, turn): Segment[] => {
    const question = asked(user, turn === 0 ? system : undefined);
    if (assistant === undefined) return question;
    return [
      ...question,
      { text: " ", turn },
      { ...data(assistant), turn },
      { text: " </s>", turn },
    ];
  });
}

const template: SegmentTemplate = {
  name: "llama",
  endOfTurn: "</s>",
  conversation,
  prompt: (messages) => conversation(openForAnswer(messages)),
};

export function llama({ tokenizer }: TemplateContext): Renderer {
  return segmentRenderer(template, tokenizer);
}
