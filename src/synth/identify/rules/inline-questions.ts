// A question and its answer in one line of a list: `- **Is it open?** Yes, all day.`, `1. Is it open? – Yes, all day.`
import { isFaqTitle } from "../lexicon/faq-titles.ts";
import { findPairs, type Pair, type PairEvidence } from "../questions/pairs.ts";
import {
  isBlankCode,
  isColonCode,
  isDashCode,
  isDigitCode,
  isQuestionMarkCode,
} from "../text/characters.ts";
import { spansOf } from "../text/content.ts";
import { endLine, passage, withoutTail } from "../text/passages.ts";
import type { Stretch } from "../text/stretch.ts";
import type { Finding, Rule } from "./rule.ts";

interface Inline {
  readonly line: number;
  readonly question: readonly [start: number, end: number];
  readonly answer: number;
}

function skip(text: string, from: number, end: number, passes: (code: number) => boolean): number {
  let at = from;
  while (at < end && passes(text.charCodeAt(at))) at += 1;
  return at;
}

/** Behind a bullet or a number at the beginning of a line; `from` where there is neither. */
function behindMark(text: string, from: number, end: number): number {
  const digits = skip(text, from, end, isDigitCode);
  const marked =
    digits > from ? ".)".includes(text.charAt(digits)) : "-*+•–".includes(text.charAt(from));
  if (!marked || !isBlankCode(text.charCodeAt(digits + 1))) return from;
  return skip(text, digits + 1, end, isBlankCode);
}

function questionEnd(text: string, from: number, end: number): number {
  const furthest = Math.min(end, from + 240);
  for (let at = from + 2; at < furthest; at += 1)
    if (isQuestionMarkCode(text.charCodeAt(at)) && text.charAt(at) !== "¿") return at + 1;
  return -1;
}

/** Behind a dash or colon with blanks around it; -1 where the text goes on without one. */
function behindSeparator(text: string, from: number, end: number): number {
  const at = skip(text, from, end, isBlankCode);
  if (!isDashCode(text.charCodeAt(at)) && !isColonCode(text.charCodeAt(at))) return -1;
  return skip(text, at + 1, end, isBlankCode);
}

function inlineAt({ text, lines }: Stretch, line: number): Inline | undefined {
  const [ink, end] = [lines.ink(line), lines.end(line)];
  const begin = behindMark(text, ink, end);
  const bold = text.startsWith("**", begin) || text.startsWith("__", begin);
  if (!bold && begin === ink) return undefined;
  const start = bold ? begin + 2 : begin;
  const asked = questionEnd(text, start, end);
  if (asked === -1) return undefined;
  if (!bold) {
    const answer = behindSeparator(text, asked, end);
    return answer === -1 || answer >= end ? undefined : { line, question: [start, asked], answer };
  }
  const mark = text.slice(begin, begin + 2);
  if (!text.startsWith(mark, asked)) return undefined;
  const separated = behindSeparator(text, asked + 2, end);
  const answer = separated === -1 ? skip(text, asked + 2, end, isBlankCode) : separated;
  return answer >= end ? undefined : { line, question: [start, asked], answer };
}

/** Lines nearer to one another than this are one list. */
const near = 30;

function listsOf(stretch: Stretch): Inline[][] {
  const lists: Inline[][] = [];
  for (let line = 0; line < stretch.lines.count; line += 1) {
    if (stretch.lines.isBlank(line) || stretch.fence(line) > 0) continue;
    const found = inlineAt(stretch, line);
    if (found === undefined) continue;
    const list = lists.at(-1);
    if (list !== undefined && line - (list.at(-1)?.line ?? 0) <= near) list.push(found);
    else lists.push([found]);
  }
  return lists;
}

function pairsOf(stretch: Stretch, list: readonly Inline[]): Pair[] {
  return list.flatMap(({ line, question, answer }, index) => {
    const limit = list[index + 1]?.line ?? stretch.lines.count;
    const last = withoutTail(
      stretch,
      line,
      endLine(stretch, line, limit, { headings: 6, paragraphs: 1 }),
    );
    const spans = spansOf(stretch, passage(answer, last));
    return spans.length === 0
      ? []
      : [{ start: stretch.lines.ink(line), question: [question], answer: spans }];
  });
}

function hasTitle(stretch: Stretch, line: number): boolean {
  for (let above = Math.max(0, line - 8); above < line; above += 1)
    if (
      stretch.lines.end(above) - stretch.lines.ink(above) <= 80 &&
      isFaqTitle(stretch.lines.trimmed(above))
    )
      return true;
  return false;
}

function judgeOf(titled: boolean): (evidence: PairEvidence) => number {
  return ({ pairs, sentences, code }) =>
    pairs < (titled ? 2 : 3) || sentences < 0.5 || code > 0.3
      ? 0
      : Math.min(0.94, 0.6 + 0.06 * pairs + (titled ? 0.15 : 0));
}

function findingsOf(stretch: Stretch, list: readonly Inline[]): Finding[] {
  return findPairs(stretch, pairsOf(stretch, list), judgeOf(hasTitle(stretch, list[0]?.line ?? 0)));
}

export const inlineQuestions: Rule = {
  about: "a question and its answer on one line of a list",
  find: (stretch) => listsOf(stretch).flatMap((list) => findingsOf(stretch, list)),
};
