// ChatML: a header of role, name if there is one and newline, the content, an end mark; turns joined by a newline.
// Source: openai-python chatml.md (2023).
import type { Segment } from "../encoding.ts";
import type { PlainMessage, Renderer } from "../types.ts";
import { segmentRenderer, type TemplateContext, type SegmentTemplate } from "./template.ts";

const start = "<|im_start|>";
const end = "<|im_end|>";

function conversation(messages: readonly PlainMessage[]): Segment[] {
  let answered = 0;
  return messages.flatMap(({ role, name, content }, at): Segment[] => {
    const opening = `${at === 0 ? "" : "\n"}${start}${role}`;
    const header =
      name === undefined
        ? [{ text: `${opening}\n` }]
        : [{ text: `${opening} name=` }, { text: name, fromData: true }, { text: "\n" }];
    const body = { text: content, fromData: true };
    if (role !== "assistant") return [...header, body, { text: end }];
    const turn = answered++;
    return [...header, { ...body, turn }, { text: end, turn }];
  });
}

const template: SegmentTemplate = {
  name: "chatml",
  endOfTurn: end,
  saysNames: true,
  conversation,
  prompt: (messages) => [...conversation(messages), { text: `\n${start}assistant\n` }],
};

export function chatml({ tokenizer }: TemplateContext): Renderer {
  return segmentRenderer(template, tokenizer);
}
