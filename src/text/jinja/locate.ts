// Finds where a template puts each assistant turn, by rendering with stand-ins and putting the text back.
// What cannot be proved is undefined, never a guess. Knows no template and no tokens.
import { textOf } from "../conversation.ts";
import type { Message, Span } from "../types.ts";
import { locateTurn, type Render, saysMoreThanText } from "./locate-turn.ts";
import { sharedEnd, sharedStart, withoutBlanks } from "./shared-text.ts";
import { strip, stripSides } from "./strip.ts";

/** A private-use character that `text` does not hold; stand-ins are made of it. */
export function unusedCharacter(text: string): string | undefined {
  for (let code = 0xe000; code <= 0xf8ff; code++) {
    const character = String.fromCharCode(code);
    if (!text.includes(character)) return character;
  }
  return undefined;
}

function standIn(mark: string, index: number): string {
  return `${mark}${index}${mark}`;
}

function replaced(messages: readonly Message[], index: number, content: string): Message[] {
  return messages.map((message, at) => (at === index ? { ...message, content } : message));
}

/** `text` cut at the stand-ins; undefined unless each is there once and in order. */
function cut(text: string, standIns: readonly string[]): string[] | undefined {
  const pieces: string[] = [];
  let rest = text;
  for (const mark of standIns) {
    const [before, after, ...more] = rest.split(mark);
    if (before === undefined || after === undefined || more.length > 0) return undefined;
    pieces.push(before);
    rest = after;
  }
  return [...pieces, rest];
}

/** The forms in which templates print a content. */
function forms(content: string): string[] {
  return [content, ...Object.values(stripSides).map((sides) => strip(content, sides))];
}

/** All turns at once: the text around the stand-ins, with the contents between, must be the true text. */
function putBack(
  truth: string,
  around: readonly string[],
  contents: readonly string[],
): Span[] | undefined {
  const spans: Span[] = [];
  let at = around[0]?.length ?? 0;
  if (!truth.startsWith(around[0] ?? "")) return undefined;
  for (const [index, content] of contents.entries()) {
    const next = around[index + 1] ?? "";
    const form = forms(content).find((text) => truth.startsWith(text + next, at));
    if (form === undefined) return undefined;
    spans.push([at, at + form.length]);
    at += form.length + next.length;
  }
  return at === truth.length ? spans : undefined;
}

/** Where the text before `end` that reads `wanted`, blanks aside, begins. */
function startOf(wanted: string, truth: string, end: number): number | undefined {
  let left = wanted.length;
  let at = end;
  while (left > 0) {
    const character = truth.charAt(--at);
    if (at < 0) return undefined;
    if (/\s/.test(character)) continue;
    if (character !== wanted.charAt(--left)) return undefined;
  }
  return at;
}

/**
 * One turn, where the template does more than print the content (Qwen3 keeps the reasoning of the last turn
 * only and sets its line breaks anew): what differs from the rendering with the stand-in must be the end of
 * the content, blanks aside; when the rest of the content stands before it, that belongs to it too.
 */
function difference(
  truth: string,
  marked: string,
  mark: string,
  content: string,
): Span | undefined {
  if (marked.split(mark).length !== 2) return undefined;
  const start = sharedStart(truth, marked);
  const limit = Math.min(truth.length, marked.length) - start;
  const end = truth.length - sharedEnd(truth, marked, limit);
  const inside = withoutBlanks(truth.slice(start, end));
  const whole = withoutBlanks(content);
  if (!whole.endsWith(inside)) return undefined;
  const rest = whole.slice(0, whole.length - inside.length);
  return [startOf(rest, truth, start) ?? start, end];
}

/** What is searched, and with what. */
interface Search {
  render: Render;
  messages: readonly Message[];
  /** `render(messages)`. */
  truth: string;
  /** A character that occurs nowhere in it. */
  mark: string;
}

/** Turns of nothing but text: all at once where the template prints them as they are, else one by one. */
function locateTexts(
  { render, messages, truth, mark }: Search,
  wanted: readonly number[],
): (Span | undefined)[] {
  const marked = wanted.reduce<readonly Message[]>(
    (list, index) => replaced(list, index, standIn(mark, index)),
    messages,
  );
  const around = cut(
    render(marked),
    wanted.map((index) => standIn(mark, index)),
  );
  const contents = wanted.map((index) => textOf(messages[index] as Message));
  const together = around === undefined ? undefined : putBack(truth, around, contents);
  if (together !== undefined) return together;
  return wanted.map((index, order) => {
    const one = standIn(mark, index);
    return difference(truth, render(replaced(messages, index, one)), one, contents[order] ?? "");
  });
}

/**
 * The spans, in the true text, of what the assistant says in the messages at `wanted` (ascending); undefined for a turn
 * that cannot be located.
 */
export function locateTurns(search: Search, wanted: readonly number[]): (Span | undefined)[] {
  const { render, messages, truth, mark } = search;
  const texts = wanted.filter((index) => !saysMoreThanText(messages[index] as Message));
  const spans = new Map<number, Span | undefined>();
  for (const index of wanted) {
    if (texts.includes(index)) continue;
    spans.set(index, locateTurn(render, messages, index, truth, standIn(mark, index)));
  }
  const found = texts.length === 0 ? [] : locateTexts(search, texts);
  for (const [order, index] of texts.entries()) spans.set(index, found[order]);
  return wanted.map((index) => spans.get(index));
}
