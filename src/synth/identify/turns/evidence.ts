import { talks } from "../lexicon/talk-words.ts";
// What speaks for turns being a conversation: speakers who come again and alternate, questions, words people say to one
// another, whole sentences. Shares of turns, 0 to 1.
import { endsSentenceCode, isQuestionMarkCode } from "../text/characters.ts";
import type { Turn } from "./turns.ts";

export interface Evidence {
  readonly turns: number;
  /** Speakers with two turns or more. */
  readonly recurring: number;
  readonly speakers: number;
  /** Turns whose speaker is another than the one before. */
  readonly alternating: number;
  readonly asking: number;
  readonly talking: number;
  readonly sentences: number;
  /** Words a turn, the middle one. */
  readonly words: number;
}

export function asks(content: string): boolean {
  for (let at = Math.max(0, content.length - 400); at < content.length; at += 1) {
    const code = content.charCodeAt(at);
    if (!isQuestionMarkCode(code)) continue;
    const next = content.charCodeAt(at + 1);
    if (!(next > 0x2f && next !== 0x3f && next < 0x7b) || Number.isNaN(next)) return true;
  }
  return false;
}

const closing = "\"'”’»)]】」*_`~ )）";

export function endsSentence(content: string): boolean {
  let at = content.length - 1;
  while (at > 0 && closing.includes(content.charAt(at))) at -= 1;
  return endsSentenceCode(content.charCodeAt(at));
}

export function wordCount(content: string): number {
  let words = 0;
  let inside = false;
  for (let at = 0; at < Math.min(content.length, 2000); at += 1) {
    const code = content.charCodeAt(at);
    if (code >= 0x2e80 && code <= 0x9fff) words += 0.5;
    const blank = code <= 0x20;
    if (!blank && !inside) words += 1;
    inside = !blank;
  }
  return Math.round(words);
}

function share(turns: readonly Turn[], has: (turn: Turn) => boolean): number {
  return turns.length === 0 ? 0 : turns.filter(has).length / turns.length;
}

function median(numbers: number[]): number {
  return numbers.sort((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;
}

export function evidenceOf(turns: readonly Turn[]): Evidence {
  const counts = new Map<string, number>();
  for (const { key } of turns) counts.set(key, (counts.get(key) ?? 0) + 1);
  const changes = turns.filter(
    (turn, index) => index > 0 && turn.key !== turns[index - 1]?.key,
  ).length;
  return {
    turns: turns.length,
    recurring: [...counts.values()].filter((count) => count >= 2).length,
    speakers: counts.size,
    alternating: turns.length < 2 ? 0 : changes / (turns.length - 1),
    asking: share(turns, ({ content }) => asks(content)),
    talking: share(turns, ({ content }) => talks(content)),
    sentences: share(turns, ({ content }) => endsSentence(content)),
    words: median(turns.map(({ content }) => wordCount(content))),
  };
}
