// What the assistant thinks before it answers: where it stands in a rendered text, which of it is learned, and
// conversations without it. Knows the marks that models put around thoughts, no template.
import { textOf } from "./conversation.ts";
import type { ContentPart, Masking, MaskPolicy, Message, Span } from "./types.ts";

/** Marks around a thought: of Qwen, DeepSeek and many; of Mistral, Cohere and Seed. */
export const thoughtPairs: readonly (readonly [open: string, close: string])[] = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["[THINK]", "[/THINK]"],
  ["<|START_THINKING|>", "<|END_THINKING|>"],
  ["<seed:think>", "</seed:think>"],
];

interface Thought {
  /** With its marks and the blanks behind them. */
  span: Span;
  isEmpty: boolean;
}

/** Ends of the blanks from `at` on. */
function afterBlanks(text: string, at: number): number {
  let end = at;
  while (end < text.length && text.charAt(end).trim() === "") end++;
  return end;
}

/** A closing mark closes the nearest opening one before it: a system text may speak of marks. */
function thoughtsBetween(text: string, [open, close]: (typeof thoughtPairs)[number]): Thought[] {
  const thoughts: Thought[] = [];
  let end = 0;
  for (let at = text.indexOf(close); at !== -1; at = text.indexOf(close, end)) {
    const start = text.lastIndexOf(open, at);
    const isOpen = start >= end;
    const inner = isOpen ? text.slice(start + open.length, at) : "";
    end = afterBlanks(text, at + close.length);
    if (isOpen) thoughts.push({ span: [start, end], isEmpty: inner.trim() === "" });
  }
  return thoughts;
}

/** Every thought in a text, one after the other. */
export function thoughtsIn(text: string): Thought[] {
  return thoughtPairs.flatMap((marks) =>
    text.includes(marks[1]) ? thoughtsBetween(text, marks) : [],
  );
}

/** What a message says that it thought, where a template writes that between marks of its own. */
function saidThoughts(text: string, messages: readonly Message[]): Span[] {
  let from = 0;
  return messages.flatMap(({ reasoning = "" }): Span[] => {
    const said = reasoning.trim();
    const start = said === "" ? -1 : text.indexOf(said, from);
    if (start === -1) return [];
    from = start + said.length;
    return [[start, from]];
  });
}

/** A mask by its policy alone: everything in a turn is learned, thoughts and empty ones too. */
export function maskingOf(mask: MaskPolicy | Masking): Masking {
  return typeof mask === "string" ? { turns: mask, reasoning: "keep", emptyThoughts: true } : mask;
}

/** What of the text is not learned, whatever turn it is in. */
export function unlearnedSpans(
  text: string,
  messages: readonly Message[],
  { reasoning, emptyThoughts }: Masking,
): Span[] {
  const isMasked = reasoning === "mask";
  if (!isMasked && emptyThoughts) return [];
  const thoughts = thoughtsIn(text);
  const spans = thoughts
    .filter(({ isEmpty }) => (isEmpty ? !emptyThoughts : isMasked))
    .map(({ span }) => span);
  const hasMarks = thoughts.some(({ isEmpty }) => !isEmpty);
  return isMasked && !hasMarks ? [...spans, ...saidThoughts(text, messages)] : spans;
}

/** The weights, with 0 for tokens of which a character lies in one of the spans. */
export function withoutSpans(
  weights: number[],
  offsets: readonly Span[],
  spans: readonly Span[],
): number[] {
  if (spans.length === 0) return weights;
  return weights.map((weight, at) => {
    const [start, stop] = offsets[at] ?? [0, 0];
    return spans.some(([from, to]) => start < to && stop > from) ? 0 : weight;
  });
}

function textWithout(text: string): string {
  let left = "";
  let at = 0;
  for (const { span } of thoughtsIn(text).toSorted((a, b) => a.span[0] - b.span[0])) {
    left += text.slice(at, Math.max(at, span[0]));
    at = Math.max(at, span[1]);
  }
  return left + text.slice(at);
}

function partsWithout(parts: readonly ContentPart[]): ContentPart[] {
  return parts.map((part) =>
    part.text === undefined ? part : { ...part, text: textWithout(part.text) },
  );
}

/** An answer that was nothing but a thought teaches nothing, least of all to say nothing. */
function messageWithout(message: Message): Message {
  if (message.role !== "assistant") return message;
  const { reasoning: _, content, ...rest } = message;
  if (content === undefined) return rest;
  const left = typeof content === "string" ? textWithout(content) : partsWithout(content);
  const bare: Message = { ...rest, content: left };
  const isEmpty = textOf(bare).trim() === "" && textOf(message).trim() !== "";
  return isEmpty && (rest.toolCalls ?? []).length === 0 ? { ...bare, weight: 0 } : bare;
}

const isMessage = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && "role" in value;

/** The same sample without what the assistant thought; an objective's own kinds lose it in their messages. */
export function withoutReasoning<T extends { readonly kind: string }>(sample: T): T {
  if (sample.kind === "text") return sample;
  const fields = Object.entries(sample).map(([key, value]: [string, unknown]) => {
    if (key === "output" && typeof value === "string") return [key, textWithout(value)] as const;
    const isTalk = Array.isArray(value) && value.every(isMessage);
    return [key, isTalk ? value.map(messageWithout) : value] as const;
  });
  return Object.fromEntries(fields) as unknown as T;
}

/** Whether the assistant thinks in a message. */
function thinks(message: Message): boolean {
  if (message.role !== "assistant") return false;
  return (
    (message.reasoning ?? "").trim() !== "" ||
    thoughtsIn(textOf(message)).some(({ isEmpty }) => !isEmpty)
  );
}

/** Whether there is a thought in what a sample has the assistant say; an objective's own kinds are asked as any. */
export function hasReasoning(sample: { readonly kind: string }): boolean {
  if (sample.kind === "text") return false;
  return Object.entries(sample).some(([key, value]: [string, unknown]) => {
    if (key === "output" && typeof value === "string")
      return thoughtsIn(value).some(({ isEmpty }) => !isEmpty);
    return Array.isArray(value) && value.every(isMessage) && value.some(thinks);
  });
}

/** The thoughts of all turns but the last one, as texts. */
export function earlierThoughts(messages: readonly Message[]): string[] {
  const turns = messages.filter(({ role }) => role === "assistant").slice(0, -1);
  return turns.filter(thinks).map((turn) => {
    if ((turn.reasoning ?? "").trim() !== "") return (turn.reasoning ?? "").trim();
    const text = textOf(turn);
    const [first] = thoughtsIn(text);
    return first === undefined ? "" : text.slice(...first.span).trim();
  });
}

/** Whether a prompt ends where the assistant is to think: behind an opening mark. */
export function opensThought(prompt: string): boolean {
  return thoughtPairs.some(([open]) => prompt.trimEnd().endsWith(open));
}
