// Metrics that are right or wrong, or count words: exact match and its more lenient relatives, F1, valid JSON.
import { isDeepStrictEqual } from "node:util";
import { bestOf, meanMetric, type Metric } from "./metric.ts";
import { harmonic, ngrams, shared, total, wordsOf } from "./ngrams.ts";

type Test = (prediction: string, reference: string) => boolean;

const share = (about: string, signature: string, isRight: Test): Metric =>
  meanMetric(about, signature, (answer) =>
    bestOf(answer, (prediction, reference) => (isRight(prediction, reference) ? 1 : 0)),
  );

/** As SQuAD compares answers (Rajpurkar et al. 2016): no case, punctuation, articles or spacing. */
function normalized(text: string): string {
  const plain = text.toLowerCase().replace(/[!-/:-@[-`{-~]/g, "");
  return wordsOf(plain.replace(/\b(a|an|the)\b/g, " ")).join(" ");
}

/** The last number in a text, without thousands' commas. */
function lastNumber(text: string): number | undefined {
  const found = text
    .replace(/(\d),(?=\d{3}(?!\d))/g, "$1")
    .match(/-?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?/gi);
  return found === null ? undefined : Number(found.at(-1));
}

const isSameNumber: Test = (prediction, reference) => {
  const [said, wanted] = [lastNumber(prediction), lastNumber(reference)];
  if (said === undefined || wanted === undefined) return false;
  return Math.abs(said - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted));
};

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function wordOverlap(prediction: string, reference: string): number {
  const [said, wanted] = [prediction, reference].map((text) =>
    ngrams(wordsOf(normalized(text)), 1),
  );
  if (said === undefined || wanted === undefined) return 0;
  // SQuAD 2: two answers of no words agree
  if (said.size === 0 || wanted.size === 0) return said.size === wanted.size ? 1 : 0;
  const hits = shared(said, wanted);
  return harmonic(hits / total(said), hits / total(wanted));
}

export const exactMatch = share(
  "identical text",
  "stripped",
  (prediction, reference) => prediction.trim() === reference.trim(),
);

export const normalizedMatch = share(
  "identical text except for case, punctuation and articles",
  "squad",
  (prediction, reference) => normalized(prediction) === normalized(reference),
);

export const accuracy = share(
  "identical label, ignoring case and a final punctuation mark",
  "label",
  (prediction, reference) => {
    const label = (text: string): string => text.trim().replace(/[.!]$/, "").toLowerCase();
    return label(prediction) === label(reference);
  },
);

export const numericMatch = share("identical last number", "last|relative:1e-9", isSameNumber);

export const f1 = meanMetric("words in common, as SQuAD counts them", "squad", (answer) =>
  bestOf(answer, wordOverlap),
);

export const jsonValid = meanMetric("answers that are JSON", "strict", ({ prediction }) =>
  parsed(prediction) === undefined ? 0 : 1,
);

export const jsonMatch = share(
  "identical JSON, ignoring order and spacing",
  "deep",
  (said, wanted) => {
    const [value, other] = [parsed(said), parsed(wanted)];
    return (
      value !== undefined && other !== undefined && isDeepStrictEqual(value.value, other.value)
    );
  },
);
