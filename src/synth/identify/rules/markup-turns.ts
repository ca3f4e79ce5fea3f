// Turns between marks that programs write: `<|im_start|>user`, `<|user|>`, `[INST]`, `<question>`. What chat templates and
// exports of prompts look like as text.
import type { Span } from "../../sources/types.ts";
import { questionSides } from "../lexicon/question-words.ts";
import { sideOf } from "../lexicon/speaker-roles.ts";
import { folded, isBlankCode, isLetterCode } from "../text/characters.ts";
import { textOf } from "../text/content.ts";
import type { Stretch } from "../text/stretch.ts";
import type { FoundMessage } from "../types.ts";
import type { Dialogue, Finding, Rule } from "./rule.ts";

interface Mark {
  readonly start: number;
  /** Behind it. */
  readonly end: number;
  /** Nobody speaks behind marks that close. */
  readonly role: FoundMessage["role"] | undefined;
  /** Whether it is of questions and answers, a pair a conversation. */
  readonly pairs: boolean;
}

function wordAt(text: string, from: number): string {
  let at = from;
  while (at < from + 24 && (isLetterCode(text.charCodeAt(at)) || text.charAt(at) === "_")) at += 1;
  return text.slice(from, at);
}

function roleOf(word: string): FoundMessage["role"] | undefined {
  const side = sideOf(folded(word));
  if (side === undefined) return undefined;
  return side === "instructs" ? "system" : side === "asks" ? "user" : "assistant";
}

const before = ["<|im_start|>", "<|start_header_id|>", "<|start|>", "<start_of_turn>", "<|"];
const behind = ["<|end_header_id|>", "<|message|>", "|>"];

/** `<|im_start|>user`, `<|start_header_id|>user<|end_header_id|>`, `<|user|>`. */
function templateMark(text: string, start: number): Mark | undefined {
  const opened = before.find((mark) => text.startsWith(mark, start));
  if (opened === undefined) return undefined;
  const word = wordAt(text, start + opened.length);
  const end = start + opened.length + word.length;
  const closed = behind.find((mark) => text.startsWith(mark, end));
  return { start, end: end + (closed?.length ?? 0), role: roleOf(word), pairs: false };
}

function instructionMark(text: string, start: number): Mark | undefined {
  if (text.startsWith("[INST]", start))
    return { start, end: start + 6, role: "user", pairs: false };
  if (text.startsWith("[/INST]", start))
    return { start, end: start + 7, role: "assistant", pairs: false };
  return text.startsWith("</s>", start)
    ? { start, end: start + 4, role: undefined, pairs: false }
    : undefined;
}

/** Where elements are closed, each word looked for once from place to place. */
class Closings {
  readonly #text: string;
  readonly #next = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether `</word>` stands behind a place; places come in order. */
  has(word: string, from: number): boolean {
    const known = this.#next.get(word);
    if (known !== undefined && (known === -1 || known >= from)) return known !== -1;
    const found = this.#text.indexOf(`</${word}>`, from);
    this.#next.set(word, found);
    return found !== -1;
  }
}

/** `<user>` and `<question>`; `</user>` closes. */
function elementMark(text: string, start: number, closings: Closings): Mark | undefined {
  const closes = text.charAt(start + 1) === "/";
  const from = start + (closes ? 2 : 1);
  const word = wordAt(text, from);
  const end = from + word.length;
  if (word.length < 2 || text.charAt(end) !== ">" || word !== word.toLowerCase()) return undefined;
  if (!closes && !closings.has(word, end)) return undefined;
  const sides = questionSides(folded(word));
  const asked =
    sides === undefined
      ? undefined
      : sides.question.size >= sides.answer.size
        ? "user"
        : "assistant";
  const role = asked ?? roleOf(word);
  if (role === undefined) return undefined;
  return { start, end: end + 1, role: closes ? undefined : role, pairs: sides !== undefined };
}

function marksOf({ text }: Stretch): Mark[] {
  const found: Mark[] = [];
  const closings = new Closings(text);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 0x3c && code !== 0x5b) continue;
    const mark =
      templateMark(text, at) ?? instructionMark(text, at) ?? elementMark(text, at, closings);
    if (mark === undefined) continue;
    found.push(mark);
    at = mark.end - 1;
  }
  return found;
}

function trimmed(text: string, from: number, to: number): Span {
  const blank = (at: number): boolean =>
    text.charCodeAt(at) < 0x20 || isBlankCode(text.charCodeAt(at));
  let [start, end] = [from, to];
  while (start < end && blank(start)) start += 1;
  while (end > start && blank(end - 1)) end -= 1;
  return [start, end];
}

interface Said extends Mark {
  readonly message: FoundMessage;
}

function saidOf(stretch: Stretch): Said[] {
  const marks = marksOf(stretch);
  return marks.flatMap((mark, index) => {
    if (mark.role === undefined) return [];
    const span = trimmed(stretch.text, mark.end, marks[index + 1]?.start ?? stretch.text.length);
    if (span[0] >= span[1] || span[1] - span[0] > 60_000) return [];
    return [
      { ...mark, message: { role: mark.role, content: textOf(stretch, [span]), spans: [span] } },
    ];
  });
}

/** A system message, or a user's behind an answer far above, begins another conversation. */
function dialoguesOf(stretch: Stretch, said: readonly Said[]): Dialogue[] {
  const groups: Said[][] = [];
  for (const one of said) {
    const last = groups.at(-1)?.at(-1);
    const answered = last?.role === "assistant" && one.role !== "assistant";
    const far =
      last !== undefined && stretch.lines.lineAt(one.start) - stretch.lines.lineAt(last.end) > 400;
    if (last === undefined || far || (answered && (one.pairs || one.role === "system")))
      groups.push([one]);
    else groups.at(-1)?.push(one);
  }
  return groups
    .map((group) => ({ messages: group.map(({ message }) => message) }))
    .filter(isDialogue);
}

function isDialogue({ messages }: Dialogue): boolean {
  const has = (role: string): boolean => messages.some((message) => message.role === role);
  return has("user") && has("assistant");
}

export const markupTurns: Rule = {
  about: "turns between chat template tokens, or in elements named after the speaker",
  find(stretch): Finding[] {
    const dialogues = dialoguesOf(stretch, saidOf(stretch));
    const places = dialogues.flatMap(({ messages }) =>
      messages.flatMap(({ spans }) => spans.flat()),
    );
    const [first, last] = [places[0], places.at(-1)];
    return first === undefined || last === undefined
      ? []
      : [{ span: [first, last], confidence: 0.9, dialogues }];
  },
};
