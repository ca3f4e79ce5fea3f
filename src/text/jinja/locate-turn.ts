// Finds one assistant turn of which the template writes more than the text: calls, reasoning, parts. Everything that
// the assistant said belongs to it, with the marks that open a thought or a call. What cannot be proved is undefined.
import { FtError } from "../../core/errors.ts";
import { textOf } from "../conversation.ts";
import type { Message, Span } from "../types.ts";
import { sharedEnd, sharedStart, withoutBlanks } from "./shared-text.ts";

/** The text of a conversation; with `prompt`, up to where the assistant begins to speak. */
export type Render = (messages: readonly Message[], prompt?: boolean) => string;

/** Whether locating the turn's text alone would leave out what it says. */
export function saysMoreThanText({ content, reasoning, toolCalls = [] }: Message): boolean {
  return typeof content === "object" || reasoning !== undefined || toolCalls.length > 0;
}

/** The turn with nothing but a stand-in. */
function bare({ role, name, content }: Message, standIn: string): Message {
  const parts = typeof content === "object" ? [{ type: "text", text: standIn }] : standIn;
  return { role, content: parts, ...(name !== undefined && { name }) };
}

/** Some templates refuse a conversation of which a turn was taken or changed. */
function attempt(make: () => string): string | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof FtError) return undefined;
    throw error;
  }
}

/** What the template writes before an answer to `messages`. */
function answerHeader(render: Render, messages: readonly Message[]): string {
  const before = attempt(() => render(messages));
  const opened = attempt(() => render(messages, true));
  if (before === undefined || opened?.startsWith(before) !== true) return "";
  return opened.slice(before.length);
}

/**
 * Where the turn begins: where the text before the stand-in ends. Where that goes on otherwise than the true text (an
 * empty thought, a space), right after the header of the answer.
 */
function startOf(whole: string, before: string, header: () => string): number | undefined {
  const shared = sharedStart(whole, before);
  if (shared === before.length) return shared;
  const head = header();
  const at = head === "" ? -1 : before.lastIndexOf(head) + head.length;
  if (at >= head.length && head !== "" && at <= shared) return at;
  return before.slice(shared).trim() === "" ? shared : undefined;
}

/** A turn within `list`, whose text is `whole`. `isLast`: nothing follows it, so that its end may differ. */
function within(
  render: Render,
  list: readonly Message[],
  index: number,
  whole: string,
  standIn: string,
): Span | undefined {
  const turn = list[index] as Message;
  const variant = list.map((message, at) => (at === index ? bare(turn, standIn) : message));
  const [before, after, ...more] = (attempt(() => render(variant)) ?? "").split(standIn);
  if (before === undefined || after === undefined || more.length > 0) return undefined;
  const start = startOf(whole, before, () => answerHeader(render, list.slice(0, index)));
  if (start === undefined) return undefined;
  const shared = sharedEnd(whole, after, whole.length - start);
  if (shared < after.length && index < list.length - 1) return undefined;
  const end = whole.length - shared;
  return saysIt(whole.slice(start, end), turn) ? [start, end] : undefined;
}

/** Whether the calls, or without any the text, are there. */
function saysIt(text: string, turn: Message): boolean {
  const squeezed = withoutBlanks(text);
  const names = (turn.toolCalls ?? []).map(({ name }) => name);
  const wanted = names.length > 0 ? names : [textOf(turn)];
  return wanted.every((one) => squeezed.includes(withoutBlanks(one)));
}

/**
 * The span of turn `index` in `truth`, which must be `render(messages)`: in the whole conversation, else in the part of
 * it that ends with the turn (later messages may depend on its calls), where both texts agree up to its end.
 */
export function locateTurn(
  render: Render,
  messages: readonly Message[],
  index: number,
  truth: string,
  standIn: string,
): Span | undefined {
  const span = within(render, messages, index, truth, standIn);
  if (span !== undefined) return span;
  const part = messages.slice(0, index + 1);
  const text = attempt(() => render(part));
  const inPart = text === undefined ? undefined : within(render, part, index, text, standIn);
  if (text === undefined || inPart === undefined) return undefined;
  return sharedStart(text, truth) >= inPart[1] ? inPart : undefined;
}
