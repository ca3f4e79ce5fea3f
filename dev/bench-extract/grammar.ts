// Makes dialogues from a seed: who speaks, what is asked, what is answered, in how many paragraphs.
import { daysOf, type Language } from "./languages.ts";

/** 0 to 1, the same for the same seed. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function oneOf<T>(random: Random, things: readonly T[]): T {
  return things[Math.floor(random() * things.length)] as T;
}

export interface Exchange {
  readonly question: string;
  /** Of one paragraph or several, as lines. */
  readonly answer: string;
}

export interface MadeDialogue {
  readonly language: Language;
  readonly asker: string;
  readonly answerer: string;
  readonly exchanges: readonly Exchange[];
}

function filled(random: Random, text: string, { code }: Language): string {
  const day = oneOf(random, daysOf(code));
  return text.replaceAll("{n}", String(2 + Math.floor(random() * 40))).replaceAll("{day}", day);
}

function answerOf(
  random: Random,
  language: Language,
  [, first, more]: readonly [string, string, string],
  rich: boolean,
): string {
  const space = language.code === "zh" ? "" : " ";
  const roll = random();
  if (!rich || roll < 0.35) return first;
  if (roll < 0.6) return `${first}${space}${more}`;
  if (roll < 0.8) return `${first}\n\n${more}`;
  const [lead, ...items] = oneOf(random, language.lists);
  return `${first} ${lead}\n\n${items.map((item) => `- ${item}`).join("\n")}`;
}

function shuffled<T>(random: Random, things: readonly T[]): T[] {
  const keyed = things.map((thing) => [random(), thing] as const);
  return keyed.toSorted(([left], [right]) => left - right).map(([, thing]) => thing);
}

/** `rich` lets answers have several paragraphs and lists. */
export function makeDialogue(random: Random, language: Language, rich: boolean): MadeDialogue {
  const [asker = "", answerer = ""] = shuffled(random, language.names);
  const chosen = shuffled(random, language.exchanges).slice(0, 3 + Math.floor(random() * 4));
  const exchanges = chosen.map((exchange) => ({
    question: filled(random, exchange[0], language),
    answer: filled(random, answerOf(random, language, exchange, rich), language),
  }));
  return { language, asker, answerer, exchanges };
}
