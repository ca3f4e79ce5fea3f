// A question and what answers it, found as two passages; what makes such pairs no conversation: exams, forms, code.
import type { Span } from "../../sources/types.ts";
import type { Dialogue, Finding } from "../rules/rule.ts";
import { textOf } from "../text/content.ts";
import type { Stretch } from "../text/stretch.ts";
import { asks, endsSentence, wordCount } from "../turns/evidence.ts";

export interface Pair {
  /** Where the question's label or line begins. */
  readonly start: number;
  readonly question: readonly Span[];
  readonly answer: readonly Span[];
}

function end(pair: Pair): number {
  return pair.answer.at(-1)?.[1] ?? pair.start;
}

const optionLine = /^\s{0,8}(?:[-*•]\s+)?(?:\(?[a-eA-E1-5][).]|\[ ?\]|[☐□○◯])\s*\S/;

/** Answers to choose from, as exams have, not lists of steps: marked by letters, three or more. */
function hasOptions(text: string): boolean {
  const options = text
    .slice(0, 2000)
    .split("\n")
    .filter((line) => optionLine.test(line.slice(0, 40)));
  const lettered = options.filter((line) => /[a-eA-E][).]|\[ ?\]|[☐□○◯]/.test(line.slice(0, 14)));
  return lettered.length >= 3;
}

/** A letter, a line to write on, `True`: what solves an exercise or leaves it open. */
function isSolution(text: string): boolean {
  const bare = text.replaceAll(/[\s().*_:]/g, "");
  return /^[a-zA-Z]?$/.test(bare) || /_{4,}|\.{8,}|…{4,}/.test(text.slice(0, 300));
}

const pointsGiven = /\(?\b\d{1,3}\s*(?:points?|marks?|pts?|punkte?|puntos|puan|分)\s*\)?/i;

function isExercise(question: string, answer: string): boolean {
  return (
    hasOptions(question) ||
    isSolution(answer) ||
    pointsGiven.test(question.slice(-40)) ||
    hasOptions(answer)
  );
}

const codeMarks = ["(?", "]+", "||", "&&", "==", "=>", "();", "::"];

function looksLikeCode(text: string): boolean {
  const first = (text.split("\n", 1)[0] ?? "").trimEnd();
  if (/[,{;(\\]$/.test(first.slice(-1)) || /^[[{<$]/.test(first)) return true;
  const begin = first.slice(0, 200);
  return codeMarks.some((mark) => begin.includes(mark));
}

function dialogueOf(stretch: Stretch, { question, answer }: Pair): Dialogue {
  return {
    messages: [
      { role: "user", content: textOf(stretch, question), spans: question },
      { role: "assistant", content: textOf(stretch, answer), spans: answer },
    ],
  };
}

/** Shares of pairs, 0 to 1. */
export interface PairEvidence {
  readonly pairs: number;
  readonly asking: number;
  readonly sentences: number;
  readonly exercises: number;
  readonly code: number;
  readonly words: number;
}

function evidenceOf(dialogues: readonly Dialogue[]): PairEvidence {
  const texts = dialogues.map(
    ({ messages: [question, answer] }) => [question?.content ?? "", answer?.content ?? ""] as const,
  );
  const share = (has: (question: string, answer: string) => boolean): number =>
    texts.filter(([question, answer]) => has(question, answer)).length / Math.max(1, texts.length);
  return {
    pairs: texts.length,
    asking: share((question) => asks(question)),
    sentences: share((_, answer) => endsSentence(answer)),
    exercises: share(isExercise),
    code: share((question, answer) => looksLikeCode(question) || looksLikeCode(answer)),
    words:
      texts.reduce((sum, [question]) => sum + wordCount(question), 0) / Math.max(1, texts.length),
  };
}

/** How sure the evidence makes, 0 for none of it. */
export type PairJudge = (evidence: PairEvidence) => number;

/** Pairs nearer to one another than this many lines are one list. */
const nearLines = 400;

function lists(stretch: Stretch, pairs: readonly Pair[]): Pair[][] {
  const found: Pair[][] = [];
  let line = -Infinity;
  for (const pair of pairs) {
    const begins = stretch.lines.lineAt(pair.start);
    const list = found.at(-1);
    if (list !== undefined && begins - line <= nearLines) list.push(pair);
    else found.push([pair]);
    line = stretch.lines.lineAt(end(pair));
  }
  return found;
}

/** A finding for each list of pairs that is no exercise; each pair is a conversation of its own. */
export function findPairs(stretch: Stretch, pairs: readonly Pair[], judge: PairJudge): Finding[] {
  return lists(stretch, pairs).flatMap((list) => {
    const dialogues = list.map((pair) => dialogueOf(stretch, pair));
    const evidence = evidenceOf(dialogues);
    const confidence = evidence.exercises > 0.4 ? 0 : judge(evidence);
    const [first, last] = [list[0], list.at(-1)];
    if (confidence <= 0 || first === undefined || last === undefined) return [];
    const kept = dialogues.filter(
      ({ messages: [question, answer] }) =>
        !isExercise(question?.content ?? "", answer?.content ?? ""),
    );
    return kept.length === 0
      ? []
      : [{ span: [first.start, end(last)] as const, confidence, dialogues: kept }];
  });
}
