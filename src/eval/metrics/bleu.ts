import { bleuTokenizers } from "./bleu-tokenizers.ts";
// BLEU (Papineni et al. 2002) as sacrebleu computes it (Post 2018): counts added over the corpus, references as they come.
import type { Answer, Metric } from "./metric.ts";
import { type Counts, most, ngrams, shared, total, wordsOf } from "./ngrams.ts";

/** What stands for a count of 0 (Chen and Cherry 2014). */
export type Smoothing = "exp" | "floor" | "add-k" | "none";

export interface BleuOptions {
  tokenizer: string;
  smoothing: Smoothing;
  /** Of floor (0.1) and add-k (1). */
  smoothingValue?: number | undefined;
  lowercase: boolean;
  /** Orders that the text is too short for do not count: for scores of single sentences. */
  effectiveOrder: boolean;
}

const usual: BleuOptions = {
  ...{ tokenizer: "13a", smoothing: "exp", lowercase: false, effectiveOrder: false },
};
const orders = 4;
const usualValues: Record<Smoothing, number | undefined> = {
  ...{ exp: undefined, none: undefined, floor: 0.1, "add-k": 1 },
};
/** Of the implementation whose scores these are. */
const version = "2.6.0";

type Cut = (text: string) => string[];

function cutter({ tokenizer, lowercase }: BleuOptions): Cut {
  const tokenize = bleuTokenizers.get(tokenizer);
  return (text) => wordsOf(tokenize((lowercase ? text.toLowerCase() : text).trimEnd()));
}

/** Of the reference nearest in length; the shorter of two. */
function nearestLength(length: number, lengths: readonly number[]): number {
  const distance = (other: number): number => Math.abs(length - other);
  return lengths.reduce((best, other) =>
    distance(other) < distance(best) || (distance(other) === distance(best) && other < best)
      ? other
      : best,
  );
}

const countsByOrder = (words: readonly string[]): Counts[] =>
  Array.from({ length: orders }, (_, at) => ngrams(words, at + 1));

/** Lengths of prediction and reference, n-grams that match by order, n-grams by order. */
function statistics({ prediction, references }: Answer, cut: Cut): number[] {
  const said = cut(prediction);
  const wanted = references.map(cut);
  const grams = countsByOrder(said);
  const known = wanted.map(countsByOrder);
  const matches = grams.map((counts, at) =>
    shared(counts, most(known.map((one) => one[at] as Counts))),
  );
  const length = nearestLength(
    said.length,
    wanted.map(({ length: size }) => size),
  );
  return [said.length, length, ...matches, ...grams.map(total)];
}

/** Precisions in per cent of the orders that the corpus is long enough for. */
function precisions(sums: readonly number[], { smoothing, smoothingValue }: BleuOptions): number[] {
  const value = smoothingValue ?? usualValues[smoothing] ?? 0;
  const found: number[] = [];
  let halved = 1;
  for (let at = 0; at < orders; at++) {
    const added = smoothing === "add-k" && at > 0 ? value : 0;
    const [matches, count] = [(sums[2 + at] ?? 0) + added, (sums[2 + orders + at] ?? 0) + added];
    if (count === 0) break;
    if (matches > 0) found.push((100 * matches) / count);
    else if (smoothing === "exp") found.push(100 / ((halved *= 2) * count));
    else found.push(smoothing === "floor" ? (100 * value) / count : 0);
  }
  return found;
}

function score(sums: readonly number[], options: BleuOptions): number {
  const [said = 0, wanted = 0] = sums;
  if (sums.slice(2, 2 + orders).every((matches) => matches === 0)) return 0;
  const found = precisions(sums, options);
  const counted = options.effectiveOrder ? found.length : orders;
  if (found.length < counted || found.includes(0)) return 0;
  const brevity = said < wanted ? Math.exp(1 - wanted / said) : 1;
  const logarithms = found.reduce((sum, precision) => sum + Math.log(precision), 0);
  return brevity * Math.exp(logarithms / counted);
}

/** "nrefs:1|case:mixed|…", as sacrebleu prints it. */
function signature(answers: readonly Answer[], options: BleuOptions): string {
  const counts = new Set(answers.map(({ references }) => references.length));
  const value = options.smoothingValue ?? usualValues[options.smoothing];
  const smoothing = options.smoothing + (value === undefined ? "" : `[${value.toFixed(2)}]`);
  return [
    `nrefs:${counts.size > 1 ? "var" : ([...counts][0] ?? 1)}`,
    `case:${options.lowercase ? "lc" : "mixed"}`,
    `eff:${options.effectiveOrder ? "yes" : "no"}`,
    `tok:${options.tokenizer}|smooth:${smoothing}|version:${version}`,
  ].join("|");
}

/** @throws UsageError FT-EVAL-001 for a tokenizer that there is not. */
export function bleu(some: Partial<BleuOptions> = {}): Metric {
  const options = { ...usual, ...some };
  const cut = cutter(options);
  return {
    about: "n-gram overlap",
    ...{ looksAt: "prediction", scale: 100, better: "higher" },
    signature: (answers) => signature(answers, options),
    statistics: (answer) => statistics(answer, cut),
    score: (sums) => score(sums, options),
  };
}
