// What a message's words say of its place in a conversation: a question, a greeting, someone addressed, the offer of help
// that an agent opens with. Looks at its beginning and end alone, whatever its length.
import { sideOf, type Side } from "../lexicon/speaker-roles.ts";
import { talks } from "../lexicon/talk-words.ts";
import { wordList } from "../lexicon/word-list.ts";
import { folded, isQuestionMarkCode } from "../text/characters.ts";

const looked = 400;

/** Speakers are the same whose names differ in case, accents and spaces alone. */
export function speakerKey(name: string): string {
  return folded(name)
    .trim()
    .replaceAll(/\s{1,50}/gu, " ");
}

/** Whether something is asked: a question mark in the text's end or its first lines, or words that begin a question. */
export function asks(text: string): boolean {
  const near = text.length <= looked * 2 ? text : text.slice(0, looked) + text.slice(-looked);
  for (let at = 0; at < near.length; at++)
    if (isQuestionMarkCode(near.charCodeAt(at)) && endsWord(near.charCodeAt(at + 1))) return true;
  return startsWithOne(withoutAddress(text), questionBeginnings);
}

/** A question mark amid an address of the web asks nothing. */
function endsWord(next: number): boolean {
  return Number.isNaN(next) || !/[\p{L}\p{N}=&%/]/u.test(String.fromCharCode(next));
}

const questionBeginnings = wordList(
  "how do i, how can i, how to, how does, how would, what is, what's the, what are, why is, why does, why do, where can i",
  "where do i, where is, is there, are there, does anyone, does anybody, has anyone, can anyone, can someone, can anybody",
  "anyone know, any idea, any ideas, could someone, i need help, help me, i'm trying to, i am trying to, which version",
  "wie kann ich, wie mache ich, weiss jemand, weiß jemand, hat jemand, kann jemand, gibt es, warum",
  "comment je, comment faire, est-ce que, quelqu'un sait, pourquoi, como puedo, alguien sabe, por que, hay alguna",
  "nasil, neden, bilen var mi, alguem sabe, come posso, qualcuno sa, как мне, кто-нибудь, почему",
);

const greetings = wordList(
  "hi, hello, hey, good morning, good evening, good afternoon, hi all, hi everyone, hello everyone, greetings, yo, sup",
  "hallo, guten tag, guten morgen, moin, servus, bonjour, salut, bonsoir, hola, buenas, buenos dias, ola, bom dia, ciao",
  "buongiorno, merhaba, selam, iyi gunler, привет, здравствуйте, добрый день, 你好, 您好, こんにちは, 안녕, 안녕하세요",
);

function startsWithOne(text: string, beginnings: readonly string[]): boolean {
  const begin = folded(text.slice(0, 60)).trimStart();
  return beginnings.some((word) => begin.startsWith(word) && !isLetterAt(begin, word.length));
}

function isLetterAt(text: string, at: number): boolean {
  return /\p{Script=Latin}|\p{Script=Cyrillic}|\p{N}/u.test(text[at] ?? "");
}

export function greets(text: string): boolean {
  return startsWithOne(text, greetings);
}

const offers = wordList(
  "how can i help, how may i help, what can i help, how can i assist, how may i assist, what can i do for you",
  "thank you for contacting, thanks for contacting, thanks for reaching out, thank you for reaching out",
  "wie kann ich ihnen helfen, wie kann ich dir helfen, womit kann ich, was kann ich für sie tun",
  "comment puis-je vous aider, en que puedo ayudar, en que le puedo ayudar, como posso ajudar, come posso aiutar",
  "nasil yardimci olabilirim, size nasil yardimci, чем могу помочь, чем я могу помочь, 有什么可以帮, 请问有什么",
  "どのようなご用件, 무엇을 도와",
);

/** Whether an agent opens with this. */
export function offersHelp(text: string): boolean {
  const near = folded(text.slice(0, looked));
  return offers.some((offer) => near.includes(offer));
}

/** What speaks against people talking: that nothing is asked, that no word is one that people say to one another. */
export function doubtOf(messages: readonly { readonly text: string }[]): number {
  if (messages.some(({ text }) => asks(text))) return 0;
  const talking = messages.filter(({ text }) => talks(text)).length;
  return talking > messages.length / 5 ? 0.2 : 0.3;
}

/** On which side a speaker's name or the last word of it stands: `Acme Support`, `Dana (Agent)`. */
export function sideOfName(key: string): Side | undefined {
  const whole = sideOf(key);
  if (whole !== undefined) return whole;
  const last = key.slice(key.lastIndexOf(" ") + 1).replaceAll(/[()[\]]/gu, "");
  return last.length > 1 && last !== key ? sideOf(last) : undefined;
}

/** `bob` of `bob: text`, `bob, text`, `@bob text`; a name of several words where it is a speaker's. */
export function addressed(
  text: string,
  speakers: ReadonlyMap<string, unknown>,
): string | undefined {
  const begin = folded(text.slice(0, 80));
  const isMarked = begin.startsWith("@");
  const from = isMarked ? 1 : 0;
  for (let at = from + 1; at <= Math.min(begin.length, from + 48); at++) {
    const next = begin[at] ?? " ";
    if (!(isMarked ? " :,\n" : ":,").includes(next)) continue;
    const name = begin.slice(from, at).trim();
    if (speakers.has(name)) return name;
  }
  return mentioned(begin, speakers);
}

/** `@name` anywhere near the beginning. */
function mentioned(begin: string, speakers: ReadonlyMap<string, unknown>): string | undefined {
  for (let at = begin.indexOf("@"); at !== -1; at = begin.indexOf("@", at + 1)) {
    const words = begin.slice(at + 1).split(" ", 3);
    for (let count = words.length; count > 0; count--) {
      const name = words
        .slice(0, count)
        .join(" ")
        .replace(/[.,:;!?]+$/u, "");
      if (speakers.has(name)) return name;
    }
  }
  return undefined;
}

function withoutAddress(text: string): string {
  const colon = text.slice(0, 40).search(/[:,] /u);
  return colon > 0 && !text.slice(0, colon).includes(" ") ? text.slice(colon + 2) : text;
}

const unspaced = /[\u3040-\u30ff\u3400-\u9fff]/u;

/**
 * The words of a text that say what it is about, more or less: those of five letters and more, folded; pairs of
 * characters in scripts without spaces.
 */
export function longWords(text: string): string[] {
  return folded(text.slice(0, looked))
    .split(/[^\p{L}\p{N}]/u)
    .flatMap((word) => (unspaced.test(word) ? pairs(word) : word.length >= 5 ? [word] : []));
}

function pairs(word: string): string[] {
  return Array.from({ length: Math.max(0, word.length - 1) }, (_, at) => word.slice(at, at + 2));
}
