// Stanford Alpaca's two prompts, with and without input. A conversation becomes an instruction and its
// response; later turns repeat the two headings. Source: tatsu-lab/stanford_alpaca, train.py.
import { exchangesOf, openForAnswer } from "../conversation.ts";
import type { Segment } from "../encoding.ts";
import type { InstructionSample, PlainMessage, Renderer } from "../types.ts";
import { segmentRenderer, type TemplateContext, type SegmentTemplate } from "./template.ts";

const opening = "Below is an instruction that describes a task";
const closing = "Write a response that appropriately completes the request.";
const instructionHeading = "### Instruction:\n";
const responseHeading = "\n\n### Response:\n";

const withoutInput = `${opening}. ${closing}\n\n${instructionHeading}`;
const withInput = `${opening}, paired with an input that provides further context. ${closing}\n\n${instructionHeading}`;

function data(text: string): Segment {
  return { text, fromData: true };
}

function instruction({ instruction: task, input, output }: InstructionSample): Segment[] {
  const question =
    input === ""
      ? [{ text: withoutInput }, data(task)]
      : [{ text: withInput }, data(task), { text: "\n\n### Input:\n" }, data(input)];
  return [...question, { text: responseHeading }, { ...data(output), turn: 0 }];
}

/** `end` closes every turn but the last, whose EOS the renderer appends as it does for one turn. */
function conversation(messages: readonly PlainMessage[], end: string): Segment[] {
  const { system, turns } = exchangesOf(messages);
  return turns.flatMap(({ user, assistant }, turn): Segment[] => {
    const task =
      turn === 0 && system !== undefined ? [system, user].filter((x) => x !== "") : [user];
    const head = turn === 0 ? withoutInput : `\n\n${instructionHeading}`;
    const asked = [{ text: head }, data(task.join("\n\n")), { text: responseHeading }];
    if (assistant === undefined) return asked;
    const closed = turn < turns.length - 1 ? [{ text: end, turn }] : [];
    return [...asked, { ...data(assistant), turn }, ...closed];
  });
}

export function alpaca({ tokenizer }: TemplateContext): Renderer {
  const end = tokenizer.specialTokens["eos_token"] ?? "";
  const template: SegmentTemplate = {
    name: "alpaca",
    instruction,
    conversation: (messages) => conversation(messages, end),
    prompt: (messages) => conversation(openForAnswer(messages), end),
  };
  return segmentRenderer(template, tokenizer);
}
