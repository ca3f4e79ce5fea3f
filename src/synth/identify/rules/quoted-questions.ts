// Questions of readers in block quotes, each answered below it. Mail with heads or "wrote:" lines is mail-threads.ts.
import { findPairs, type Pair, type PairEvidence } from "../questions/pairs.ts";
import { spansOf, unquoted } from "../text/content.ts";
import { endLine, passage, withoutTail } from "../text/passages.ts";
import type { Stretch } from "../text/stretch.ts";
import { asks } from "../turns/evidence.ts";
import type { Rule } from "./rule.ts";

function isQuoted({ text, lines }: Stretch, line: number): boolean {
  const at = lines.ink(line);
  return text.charCodeAt(at) === 0x3e && text.charCodeAt(at + 1) !== 0x3e;
}

interface Quoted {
  readonly first: number;
  readonly last: number;
}

function quotesOf(stretch: Stretch): Quoted[] {
  const found: { first: number; last: number }[] = [];
  for (let line = 0; line < stretch.lines.count; line += 1) {
    if (stretch.lines.isBlank(line) || stretch.fence(line) > 0 || !isQuoted(stretch, line))
      continue;
    const quote = found.at(-1);
    if (quote?.last === line) quote.last = line + 1;
    else found.push({ first: line, last: line + 1 });
  }
  return found;
}

/** Longest quote and answer looked at, in lines. */
const longest = 60;

function pairOf(
  stretch: Stretch,
  { first, last }: Quoted,
  next: Quoted | undefined,
): Pair | undefined {
  if (last - first > longest) return undefined;
  const question = spansOf(stretch, passage(unquoted(stretch, first, 1), last), 1);
  const limit = Math.min(next?.first ?? stretch.lines.count, last + longest);
  let begin = last;
  while (begin < limit && stretch.lines.isBlank(begin)) begin += 1;
  if (begin >= limit || stretch.heading(begin) > 0) return undefined;
  const paragraphs = next === undefined ? 1 : 12;
  const end = withoutTail(
    stretch,
    begin,
    endLine(stretch, begin, limit, { headings: 6, paragraphs }),
  );
  const answer = spansOf(stretch, passage(stretch.lines.start(begin), end));
  return question.length === 0 || answer.length === 0
    ? undefined
    : { start: stretch.lines.ink(first), question, answer };
}

function asking(stretch: Stretch, { question }: Pair): boolean {
  return asks(stretch.text.slice(question[0]?.[0], question.at(-1)?.[1]));
}

function judge({ pairs, asking: share, sentences, code }: PairEvidence): number {
  if (pairs < 2 || share < 0.8 || sentences < 0.5 || code > 0.2) return 0;
  return Math.min(0.9, 0.6 + 0.08 * pairs);
}

export const quotedQuestions: Rule = {
  about: "questions in block quotes with answers below them",
  find(stretch) {
    const quotes = quotesOf(stretch);
    const pairs = quotes.flatMap((quote, index) => pairOf(stretch, quote, quotes[index + 1]) ?? []);
    const asked = pairs.filter((pair) => asking(stretch, pair));
    return asked.length < pairs.length * 0.7 ? [] : findPairs(stretch, asked, judge);
  },
};
