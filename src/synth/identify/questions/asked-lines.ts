// Lines that put a question by themselves: headings, bold lines, numbered lines, lines between blank ones. And what
// stands below each up to the next, its answer.
import type { Span } from "../../sources/types.ts";
import { questionSides } from "../lexicon/question-words.ts";
import { isBlankCode, isDigitCode, isQuestionMarkCode } from "../text/characters.ts";
import { spansOf } from "../text/content.ts";
import { most } from "../text/extremes.ts";
import { endLine, paragraphCount, passage, withoutTail } from "../text/passages.ts";
import type { Stretch } from "../text/stretch.ts";
import type { Pair } from "./pairs.ts";

const longestQuestion = 240;
const decoration = '*_`"“”„«»‘’';

export interface AskedLine {
  readonly line: number;
  /** Behind its last line. */
  readonly behind: number;
  readonly start: number;
  /** Without marks of headings, numbers and decoration. */
  readonly text: Span;
  readonly asks: boolean;
}

function passBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isBlankCode(text.charCodeAt(at))) at += 1;
  return at;
}

/** Behind `12. `, `12) `, `Q12: `, `(12) `, `1.2.3 `; `from` where there is no number. */
function passNumber(text: string, from: number, end: number): number {
  let at = from;
  if (text.charAt(at) === "(" || text.charAt(at) === "#") at += 1;
  const begin = at;
  while (at < end && (isDigitCode(text.charCodeAt(at)) || (at > begin && text.charAt(at) === ".")))
    at += 1;
  if (at === begin || at - begin > 8) return from;
  if (")、．:-–".includes(text.charAt(at)) && at < end) at += 1;
  const behind = passBlanks(text, at, end);
  return behind > at || text.charCodeAt(at) > 0x2e80 ? behind : from;
}

/** Behind a bullet, the marks of a heading or a number, and what decorates the text. */
function passMarks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && "#=".includes(text.charAt(at))) at += 1;
  at = passBlanks(text, at, end);
  if ("-*+•▸▪►❓❔".includes(text.charAt(at)) && isBlankCode(text.charCodeAt(at + 1)))
    at = passBlanks(text, at + 1, end);
  for (let pass = 0; pass < 2; pass += 1) {
    while (at < end && decoration.includes(text.charAt(at))) at += 1;
    at = passBlanks(text, passNumber(text, at, end), end);
  }
  return at;
}

function trimEnd(text: string, from: number, to: number): number {
  let at = to;
  while (
    at > from &&
    (isBlankCode(text.charCodeAt(at - 1)) || `${decoration}#=`.includes(text.charAt(at - 1)))
  )
    at -= 1;
  return at;
}

/** Behind `Q1:` and its like within a heading or a bold line. */
function passLabel(stretch: Stretch, line: number, at: number): number {
  const label = stretch.label(line);
  if (label === undefined || label.alone || questionSides(label.stem) === undefined) return at;
  return Math.max(at, label.body);
}

/** The text of one line, or of a paragraph of lines, as a question. */
export function askedLine(stretch: Stretch, line: number, behind: number): AskedLine | undefined {
  const { lines, text } = stretch;
  const end = trimEnd(text, lines.ink(line), lines.end(behind - 1));
  const start = Math.min(passLabel(stretch, line, passMarks(text, lines.ink(line), end)), end);
  if (end - start < 3 || end - start > longestQuestion) return undefined;
  const asks = isQuestionMarkCode(text.charCodeAt(end - 1));
  return { line, behind, start: lines.ink(line), text: [start, end], asks };
}

export interface Reach {
  /** As in `Stop`. */
  readonly headings: number;
  /** Line before which the list ends. */
  readonly limit: number;
  /** Whether all up to the limit answers, as below a heading. */
  readonly whole?: boolean;
}

function bodyEnd(
  stretch: Stretch,
  asked: AskedLine,
  next: AskedLine | undefined,
  reach: Reach,
  paragraphs: number,
): number {
  const limit = Math.min(next?.line ?? reach.limit, asked.behind + 400);
  let begin = asked.behind;
  while (begin < limit && stretch.lines.isBlank(begin)) begin += 1;
  if (begin >= limit) return asked.behind;
  const last = endLine(stretch, begin, limit, { headings: reach.headings, paragraphs });
  return stretch.heading(begin) > 0 && stretch.heading(begin) <= reach.headings
    ? asked.behind
    : withoutTail(stretch, asked.behind - 1, last);
}

function marked(stretch: Stretch, from: number): number {
  const code = stretch.text.charCodeAt(from);
  return code === 0x3a && isBlankCode(stretch.text.charCodeAt(from + 1))
    ? passBlanks(stretch.text, from + 1, stretch.text.length)
    : from;
}

/** Questions with what answers them, those without an answer left out. The last one has no more paragraphs than others. */
export function answered(stretch: Stretch, asked: readonly AskedLine[], reach: Reach): Pair[] {
  const ends = asked
    .slice(0, -1)
    .map((one, index) => bodyEnd(stretch, one, asked[index + 1], reach, Infinity));
  const usual = most(
    ends.map((last, index) => paragraphCount(stretch, asked[index]?.behind ?? 0, last)),
    1,
  );
  return asked.flatMap((one, index) => {
    const last =
      ends[index] ??
      bodyEnd(stretch, one, undefined, reach, reach.whole === true ? Infinity : usual);
    if (last <= one.behind) return [];
    let first = one.behind;
    while (first < last && stretch.lines.isBlank(first)) first += 1;
    const from = marked(stretch, stretch.lines.ink(first));
    const answer = spansOf(
      stretch,
      passage(from === stretch.lines.ink(first) ? stretch.lines.start(first) : from, last),
    );
    return answer.length === 0 ? [] : [{ start: one.start, question: [one.text], answer }];
  });
}
