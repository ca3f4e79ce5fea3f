// The label of an answer amid a paragraph: `Q: Is it open? A: Yes, all day.`
import { questionSides, type QuestionSides, shareLanguage } from "../lexicon/question-words.ts";
import { folded, isBlankCode, isColonCode, isDigitCode, isLetterCode } from "../text/characters.ts";
import type { Stretch } from "../text/stretch.ts";

export interface InlineLabel {
  /** Where it begins, with what decorates it. */
  readonly label: number;
  readonly body: number;
}

function wordStart(text: string, end: number, from: number): number {
  let at = end;
  while (
    at > from &&
    (isLetterCode(text.charCodeAt(at - 1)) || isDigitCode(text.charCodeAt(at - 1)))
  )
    at -= 1;
  return at;
}

function decorationStart(text: string, begin: number, from: number): number {
  let at = begin;
  while (at > from && "*_[(".includes(text.charAt(at - 1))) at -= 1;
  return at;
}

function behind(text: string, colon: number, end: number): number {
  let at = colon + 1;
  while (at < end && ("*_])".includes(text.charAt(at)) || isBlankCode(text.charCodeAt(at))))
    at += 1;
  return at;
}

/** Place of the first answer label, in a language of the question's, between a place and the end of the line before `last`. */
export function inlineAnswer(
  { text, lines }: Stretch,
  from: number,
  last: number,
  question: QuestionSides,
): InlineLabel | undefined {
  const end = lines.end(last - 1);
  for (let at = from; at < end; at += 1) {
    if (!isColonCode(text.charCodeAt(at))) continue;
    let word = at;
    while (word > from && "*_])".includes(text.charAt(word - 1))) word -= 1;
    const start = wordStart(text, word, Math.max(from, word - 24));
    const stem = folded(text.slice(start, word)).replace(/\d+$/, "");
    const sides = questionSides(stem);
    const label = decorationStart(text, start, from);
    const apart =
      label === from ||
      isBlankCode(text.charCodeAt(label - 1)) ||
      /[\n?？。!！]/.test(text.charAt(label - 1));
    if (sides !== undefined && sides.answer.size > 0 && apart && shareLanguage(question, sides))
      return { label, body: behind(text, at, end) };
  }
  return undefined;
}
