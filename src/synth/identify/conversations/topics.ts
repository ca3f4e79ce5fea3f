// What the speakers of one session speak of, by their words: tells beside whom someone belongs where neither marks nor
// addresses do. Words that many of them use count little.
import type { Said } from "./said.ts";
import { longWords } from "./words.ts";

/** How many messages before and after one are looked at. */
const near = 20;

export class Topics {
  readonly #session: readonly Said[];
  readonly #words: (readonly string[])[] = [];
  /** How many speakers use a word. */
  #users: Map<string, Set<string>> | undefined;

  constructor(session: readonly Said[]) {
    this.#session = session;
  }

  #wordsAt(at: number): readonly string[] {
    return (this.#words[at] ??= longWords(this.#session[at]?.text ?? ""));
  }

  #usersOf(word: string): number {
    if (this.#users === undefined) {
      this.#users = new Map();
      for (const [at, { key }] of this.#session.entries())
        for (const one of this.#wordsAt(at)) {
          const users = this.#users.get(one) ?? new Set();
          this.#users.set(one, users.add(key));
        }
    }
    return this.#users.get(word)?.size ?? 1;
  }

  /** What speakers say around a message. */
  around(at: number, keys: { has(key: string): boolean }): Set<string> {
    const words = new Set<string>();
    const end = Math.min(this.#session.length, at + near);
    for (let one = Math.max(0, at - near); one < end; one++)
      if (keys.has(this.#session[one]?.key ?? ""))
        for (const word of this.#wordsAt(one)) words.add(word);
    return words;
  }

  /** How much two have in common: a word that only they use counts most. */
  likeness(ours: ReadonlySet<string>, theirs: ReadonlySet<string>): number {
    let sum = 0;
    for (const word of ours) if (theirs.has(word)) sum += 2 / Math.max(2, this.#usersOf(word));
    return sum;
  }

  /** All that someone says in one go from a message on. */
  wholeText(at: number): string {
    const { key, text = "" } = this.#session[at] ?? {};
    const texts = [text];
    for (let next = at + 1; next < at + 5 && this.#session[next]?.key === key; next++)
      texts.push(this.#session[next]?.text ?? "");
    return texts.join("\n");
  }
}
