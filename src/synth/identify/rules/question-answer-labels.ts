// `Q:` and `A:`, `Q1.` and `A1.`, `**Question**:` and `**Answer**:`, `Frage:` and `Antwort:`, `问：` and `答：`: labels that
// say question and answer. Each pair is a conversation of its own.
import { questionSides, shareLanguage, type QuestionSides } from "../lexicon/question-words.ts";
import { inlineAnswer } from "../questions/inline-answer.ts";
import { findPairs, type Pair, type PairEvidence } from "../questions/pairs.ts";
import { spansOf } from "../text/content.ts";
import type { Label } from "../text/label.ts";
import { endLine, paragraphCount, passage, withoutTail } from "../text/passages.ts";
import type { Stretch } from "../text/stretch.ts";
import { labelsOf } from "../turns/dialogues.ts";
import { chatBehind, frequentSpeakers } from "../turns/foreign.ts";
import type { Rule } from "./rule.ts";

interface Mark {
  readonly label: Label;
  readonly sides: QuestionSides;
}

function isMark(label: Label): boolean {
  if (questionSides(label.stem) === undefined) return false;
  const short = label.stem.length < 3 && label.stem.charCodeAt(0) < 0x2e80;
  if (label.separator === "none") return label.heading > 0 || label.decorated || !short;
  if (label.separator === "dash" || label.separator === "tab" || label.separator === "bar")
    return !short || label.stem === "q" || label.stem === "a";
  return true;
}

function marksOf(stretch: Stretch): Mark[] {
  return labelsOf(stretch, isMark).map((label) => ({
    label,
    sides: questionSides(label.stem) as QuestionSides,
  }));
}

function bodyPlace(stretch: Stretch, { alone, line, body }: Label): number {
  return alone ? stretch.lines.start(line + 1) : body;
}

/** What a label's text may reach: to the next mark, a heading or a break. */
function reach(stretch: Stretch, label: Label, limit: number, paragraphs: number): number {
  let begin = label.alone ? label.line + 1 : label.line;
  while (begin < limit && stretch.lines.isBlank(begin)) begin += 1;
  const last = endLine(stretch, begin, limit, {
    headings: label.heading === 0 ? 6 : label.heading,
    paragraphs,
  });
  return withoutTail(stretch, label.line, last);
}

interface Places {
  readonly question: Label;
  readonly answer: Label;
  /** Line of the next mark. */
  readonly limit: number;
  readonly final: boolean;
}

/** `a)` below `Q1:` is a choice: an answer has a point or bracket only where its question has. */
function sameForm(question: Label, answer: Label): boolean {
  return answer.separator !== "point" || question.separator === "point";
}

function mayAnswer(question: Mark, answer: Mark, stretch: Stretch): boolean {
  return (
    sameForm(question.label, answer.label) &&
    shareLanguage(question.sides, answer.sides) &&
    answer.label.line - question.label.line < 200 &&
    stretch.fence(question.label.line) === stretch.fence(answer.label.line)
  );
}

function fenceLimit(stretch: Stretch, line: number, limit: number): number {
  const fence = stretch.fence(line);
  let last = line + 1;
  if (fence === 0) return limit;
  while (last < limit && stretch.fence(last) === fence) last += 1;
  return last < limit || stretch.fence(last) !== fence ? last - 1 : last;
}

function placesOf(stretch: Stretch, marks: readonly Mark[]): (Places | Mark)[] {
  const found: (Places | Mark)[] = [];
  for (let index = 0; index < marks.length; index += 1) {
    const [mark, next] = [marks[index] as Mark, marks[index + 1]];
    if (mark.sides.question.size === 0) continue;
    if (next === undefined || !mayAnswer(mark, next, stretch)) {
      found.push(mark);
      continue;
    }
    const behind = marks[index + 2]?.label.line;
    const limit = fenceLimit(stretch, next.label.line, behind ?? stretch.lines.count);
    found.push({ question: mark.label, answer: next.label, limit, final: behind === undefined });
    index += 1;
  }
  return found;
}

/** Most paragraphs an answer has that another question follows. */
function usual(stretch: Stretch, places: readonly (Places | Mark)[]): number {
  let most = 1;
  for (const place of places)
    if ("limit" in place && !place.final)
      most = Math.max(
        most,
        paragraphCount(
          stretch,
          place.answer.line,
          reach(stretch, place.answer, place.limit, Infinity),
        ),
      );
  return most;
}

function pairOf(
  stretch: Stretch,
  { question, answer, limit, final }: Places,
  paragraphs: number,
): Pair | undefined {
  const asked = passage(
    bodyPlace(stretch, question),
    withoutTail(stretch, question.line, answer.line),
  );
  const all = reach(stretch, answer, limit, Infinity);
  const cut = final || all < withoutTail(stretch, answer.line, limit);
  const last = cut ? reach(stretch, answer, limit, paragraphs) : all;
  const spans = spansOf(stretch, asked, question.quoted);
  const answered = spansOf(stretch, passage(bodyPlace(stretch, answer), last), answer.quoted);
  if (spans.length === 0 || answered.length === 0) return undefined;
  return { start: question.start, question: spans, answer: answered };
}

/** `Q: …? A: …` in one paragraph. */
function inlinePair(stretch: Stretch, mark: Mark, limit: number): Pair | undefined {
  const { label } = mark;
  const last = reach(stretch, label, Math.min(limit, label.line + 40), 1);
  const found = inlineAnswer(stretch, bodyPlace(stretch, label), last, mark.sides);
  if (found === undefined) return undefined;
  const line = stretch.lines.lineAt(found.label) + 1;
  const question = spansOf(stretch, passage(label.body, line, found.label), label.quoted);
  const answer = spansOf(stretch, passage(found.body, last), label.quoted);
  return question.length === 0 || answer.length === 0
    ? undefined
    : { start: label.start, question, answer };
}

/** Before a chat that begins below an answer, the answer ends. */
function beforeChats(stretch: Stretch, places: readonly (Places | Mark)[]): (Places | Mark)[] {
  const speakers = frequentSpeakers(stretch);
  return places.map((place) => {
    if (!("limit" in place)) return place;
    const limit = chatBehind(stretch, speakers, place.answer.line, place.limit);
    return limit === place.limit ? place : { ...place, limit, final: true };
  });
}

function pairsOf(stretch: Stretch): Pair[] {
  const places = beforeChats(stretch, placesOf(stretch, marksOf(stretch)));
  const paragraphs = usual(stretch, places);
  return places.flatMap((place, index) => {
    if ("limit" in place) return pairOf(stretch, place, paragraphs) ?? [];
    const next = places[index + 1];
    const limit =
      next === undefined
        ? stretch.lines.count
        : "limit" in next
          ? next.question.line
          : next.label.line;
    return inlinePair(stretch, place, limit) ?? [];
  });
}

function judge({ pairs, asking, sentences, code, words }: PairEvidence): number {
  if (code > 0.3 || words < 2) return 0;
  if (asking === 0 && (pairs < 2 || sentences < 0.5)) return 0;
  return Math.min(0.99, 0.6 + 0.25 * asking + 0.08 * sentences + (pairs > 1 ? 0.08 : 0));
}

export const questionAnswerLabels: Rule = {
  about: "labels for question and answer: Q: and A:, Frage and Antwort, 问 and 答",
  find: (stretch) => findPairs(stretch, pairsOf(stretch), judge),
};
