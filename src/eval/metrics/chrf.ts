// chrF and chrF++ (Popović 2015, 2017) as sacrebleu computes them: of each answer the reference with the best F, counts
// added over the corpus.
import type { Answer, Metric } from "./metric.ts";
import { type Counts, ngrams, shared, total, wordsOf } from "./ngrams.ts";

export interface ChrfOptions {
  characterOrder: number;
  /** 2 makes it chrF++. */
  wordOrder: number;
  /** How much more recall counts than precision. */
  beta: number;
  lowercase: boolean;
}

const usual: ChrfOptions = { characterOrder: 6, wordOrder: 0, beta: 2, lowercase: false };
const version = "2.6.0";
const isPunctuation = (character = ""): boolean => /^[!-/:-@[-`{-~]$/.test(character);

/** One mark of punctuation is a word of its own: the last, else the first. */
function apart(word: string): string[] {
  const letters = Array.from(word);
  if (letters.length === 1) return [word];
  if (isPunctuation(letters.at(-1))) return [letters.slice(0, -1).join(""), letters.at(-1) ?? ""];
  return isPunctuation(letters[0]) ? [letters[0] ?? "", letters.slice(1).join("")] : [word];
}

function grams(text: string, { characterOrder, wordOrder, lowercase }: ChrfOptions): Counts[] {
  const words = wordsOf(lowercase ? text.toLowerCase() : text);
  const letters = Array.from(words.join(""));
  const parts = words.flatMap(apart);
  return [
    ...Array.from({ length: characterOrder }, (_, at) => ngrams(letters, at + 1, "")),
    ...Array.from({ length: wordOrder }, (_, at) => ngrams(parts, at + 1)),
  ];
}

/** Of each order: n-grams said (where the reference has any), wanted, in common. */
const compared = (said: readonly Counts[], wanted: readonly Counts[]): number[] =>
  said.flatMap((counts, at) => {
    const others = wanted[at] ?? new Map<string, number>();
    return [others.size === 0 ? 0 : total(counts), total(others), shared(counts, others)];
  });

function score(sums: readonly number[], { beta }: ChrfOptions): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (let at = 0; at < sums.length; at += 3) {
    const [said = 0, wanted = 0, hits = 0] = sums.slice(at, at + 3);
    if (said === 0 || wanted === 0) continue;
    orders++;
    precision += hits / said;
    recall += hits / wanted;
  }
  if (precision + recall === 0) return 0;
  const [p, r, factor] = [precision / orders, recall / orders, beta ** 2];
  return (100 * (1 + factor) * p * r) / (factor * p + r);
}

function statistics({ prediction, references }: Answer, options: ChrfOptions): number[] {
  const said = grams(prediction, options);
  const all = references.map((reference) => compared(said, grams(reference, options)));
  return all.reduce((best, one) => (score(one, options) > score(best, options) ? one : best));
}

function signature(answers: readonly Answer[], options: ChrfOptions): string {
  const counts = new Set(answers.map(({ references }) => references.length));
  return [
    `nrefs:${counts.size > 1 ? "var" : ([...counts][0] ?? 1)}`,
    `case:${options.lowercase ? "lc" : "mixed"}|eff:yes`,
    `nc:${options.characterOrder}|nw:${options.wordOrder}|space:no|version:${version}`,
  ].join("|");
}

export function chrf(some: Partial<ChrfOptions> = {}): Metric {
  const options = { ...usual, ...some };
  return {
    about: "character n-gram overlap",
    ...{ looksAt: "prediction", scale: 100, better: "higher" },
    signature: (answers) => signature(answers, options),
    statistics: (answer) => statistics(answer, options),
    score: (sums) => score(sums, options),
  };
}
