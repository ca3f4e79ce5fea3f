// Conversations in the shapes templates ask for: messages of an instruction row, and pairs of question and
// answer for formats without roles. Writes no template text.
import type { InstructionSample, Message, PlainMessage } from "./types.ts";

/** The text of a message; that of its text parts, one after another, as mlx-lm joins them. */
export function textOf({ content = "" }: Message): string {
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("");
}

/** What was said to the assistant, and its answer when there is one. */
export interface Exchange {
  user: string;
  assistant: string | undefined;
}

export interface Exchanges {
  system: string | undefined;
  turns: Exchange[];
}

const blankLine = "\n\n";

function paragraphs(messages: readonly PlainMessage[]): string {
  return messages.map(({ content }) => content).join(blankLine);
}

/** System messages are gathered; user and tool messages before one answer are joined by a blank line. */
export function exchangesOf(messages: readonly PlainMessage[]): Exchanges {
  const system = messages.filter(({ role }) => role === "system");
  const turns: Exchange[] = [];
  let asked: PlainMessage[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    if (message.role !== "assistant") {
      asked.push(message);
      continue;
    }
    turns.push({ user: paragraphs(asked), assistant: message.content });
    asked = [];
  }
  const open = asked.length > 0 || (turns.length === 0 && system.length > 0);
  if (open) turns.push({ user: paragraphs(asked), assistant: undefined });
  return { system: system.length > 0 ? paragraphs(system) : undefined, turns };
}

/** The input follows the instruction after a blank line. */
export function question(sample: InstructionSample): string {
  return sample.input === "" ? sample.instruction : sample.instruction + blankLine + sample.input;
}

/** An instruction row as the conversation it stands for. */
export function messagesOf(sample: InstructionSample): PlainMessage[] {
  return [
    { role: "user", content: question(sample) },
    { role: "assistant", content: sample.output },
  ];
}

/** A conversation that ends with the assistant is asked to say more: a new, empty turn. */
export function openForAnswer(messages: readonly PlainMessage[]): PlainMessage[] {
  const last = messages.at(-1)?.role;
  return last === "user" || last === "tool"
    ? [...messages]
    : [...messages, { role: "user", content: "" }];
}
