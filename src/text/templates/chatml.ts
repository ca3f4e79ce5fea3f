// ChatML: a header of role and newline, the content, an end mark; turns joined by a newline.
// Source: openai-python chatml.md (2023).
import type { Segment } from "../encoding.ts";
import type { Message, Renderer } from "../types.ts";
import { segmentRenderer, type TemplateContext, type SegmentTemplate } from "./template.ts";

const start = "<|im_start|>";
const end = "<|im_end|>";

function conversation(messages: readonly Message[]): Segment[] {
  let answered = 0;
  return messages.flatMap(({ role, content }, at): Segment[] => {
    const header = { text: `${at === 0 ? "" : "\n"}${start}${role}\n` };
    const body = { text: content, fromData: true };
    if (role !== "assistant") return [header, body, { text: end }];
    const turn = answered++;
    return [header, { ...body, turn }, { text: end, turn }];
  });
}

const template: SegmentTemplate = {
  name: "chatml",
  endOfTurn: end,
  conversation,
  prompt: (messages) => [...conversation(messages), { text: `\n${start}assistant\n` }],
};

export function chatml({ tokenizer }: TemplateContext): Renderer {
  return segmentRenderer(template, tokenizer);
}
