// Which rows hold texts of test sets: by runs of words that both have (of characters in Chinese and Japanese), as GPT-3's
// authors looked for them (Brown and others 2020). Case, marks and spaces count nothing.
import { type LineBlock, rowsOf } from "../rows/row-blocks.ts";
import { type Said, saidBy } from "../rows/row-text.ts";
import { normalText, textHash } from "./duplicates/normal-text.ts";

/** Words of a run. A shorter test text is looked for as a whole. */
export const runLength = 8;
/** Shorter test texts would be found by chance. */
const leastWords = 4;

export interface Contamination {
  /** "questions.jsonl, row 17" */
  readonly test: string;
  /** Part of the test text's runs that the row has. */
  readonly share: number;
}

const wordOrSign =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu;

const wordsIn = (text: string): string[] => normalText(text).match(wordOrSign) ?? [];

function* runs(words: readonly string[], length: number): Generator<number> {
  for (let at = 0; at + length <= words.length; at++)
    yield textHash(words.slice(at, at + length).join(" "));
}

interface TestText {
  readonly name: string;
  readonly runs: number;
}

export class TestTexts {
  readonly #texts: TestText[] = [];
  /** By length of run, and run: which test texts have it. */
  readonly #holders = new Map<number, Map<number, number[]>>();
  readonly #least: number;

  /** `least`: part of a test text's runs that a row must have. */
  constructor(least: number) {
    this.#least = least;
  }

  get count(): number {
    return this.#texts.length;
  }

  /** Each thing that each row says is a test text of its own. Throws DataError FT-ROWS-001. */
  async read(blocks: AsyncIterable<LineBlock>, file: string): Promise<void> {
    for await (const block of blocks)
      for (const { id, value } of rowsOf(block, file))
        for (const { role, text } of saidBy(value))
          if (role !== "system") this.add(text, `${file}, row ${id}`);
  }

  add(text: string, name: string): void {
    const words = wordsIn(text);
    if (words.length < leastWords) return;
    const length = Math.min(runLength, words.length);
    const own = new Set(runs(words, length));
    const number = this.#texts.push({ name, runs: own.size }) - 1;
    const holders = this.#holders.get(length) ?? new Map<number, number[]>();
    this.#holders.set(length, holders);
    for (const run of own) {
      const known = holders.get(run);
      if (known === undefined) holders.set(run, [number]);
      else known.push(number);
    }
  }

  /** The test text of which the row has most, where that is enough. */
  in(said: readonly Said[]): Contamination | undefined {
    const met = new Map<number, number>();
    for (const { text } of said) {
      const words = wordsIn(text);
      for (const [length, holders] of this.#holders)
        for (const run of new Set(runs(words, length)))
          for (const number of holders.get(run) ?? []) met.set(number, (met.get(number) ?? 0) + 1);
    }
    let most: Contamination | undefined;
    for (const [number, count] of met) {
      const { name, runs: all } = this.#texts[number]!;
      const share = Math.min(1, count / all);
      if (share >= this.#least && share > (most?.share ?? 0)) most = { test: name, share };
    }
    return most;
  }
}
