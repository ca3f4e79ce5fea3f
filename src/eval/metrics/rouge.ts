// ROUGE (Lin 2004) as rouge-score computes it: words of a-z and 0-9, F of the best reference, the mean over answers.
// Text without Latin letters scores 0, as there.
import { bestOf, meanMetric, type Metric } from "./metric.ts";
import { harmonic, ngrams, shared, total } from "./ngrams.ts";
import { porterStem } from "./porter.ts";

export interface RougeOptions {
  /** Words of more than three letters are stemmed. */
  stemmer: boolean;
}

function tokens(text: string, { stemmer }: RougeOptions): string[] {
  const words = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  return stemmer ? words.map((word) => (word.length > 3 ? porterStem(word) : word)) : words;
}

type Measure = (prediction: string, reference: string, options: RougeOptions) => number;

const overlap =
  (size: number): Measure =>
  (prediction, reference, options) => {
    const [said, wanted] = [prediction, reference].map((text) =>
      ngrams(tokens(text, options), size),
    ) as [ReadonlyMap<string, number>, ReadonlyMap<string, number>];
    const hits = shared(wanted, said);
    return harmonic(hits / Math.max(total(said), 1), hits / Math.max(total(wanted), 1));
  };

/** Lengths of the longest common subsequences of all beginnings. */
function lengths(wanted: readonly string[], said: readonly string[]): Uint32Array[] {
  const table = [new Uint32Array(said.length + 1)];
  for (const word of wanted) {
    const above = table.at(-1) as Uint32Array;
    const row = new Uint32Array(said.length + 1);
    for (const [at, other] of said.entries())
      row[at + 1] =
        word === other ? (above[at] ?? 0) + 1 : Math.max(above[at + 1] ?? 0, row[at] ?? 0);
    table.push(row);
  }
  return table;
}

const longest: Measure = (prediction, reference, options) => {
  const [said, wanted] = [tokens(prediction, options), tokens(reference, options)];
  if (said.length === 0 || wanted.length === 0) return 0;
  const length = lengths(wanted, said).at(-1)?.at(-1) ?? 0;
  return harmonic(length / said.length, length / wanted.length);
};

/** Indices in `wanted` of one longest common subsequence: the one that rouge-score's walk back finds. */
function subsequence(wanted: readonly string[], said: readonly string[]): number[] {
  const table = lengths(wanted, said);
  const at = (row: number, column: number): number => table[row]?.[column] ?? 0;
  const found: number[] = [];
  let [row, column] = [wanted.length, said.length];
  while (row > 0 && column > 0) {
    if (wanted[row - 1] === said[column - 1]) {
      found.push(--row);
      column--;
    } else if (at(row, column - 1) > at(row - 1, column)) column--;
    else row--;
  }
  return found;
}

const countsOf = (lines: readonly (readonly string[])[]): Map<string, number> =>
  new Map(ngrams(lines.flat(), 1));

/** Each word counts at most as often as it stands in either text. */
function unionHits(wanted: readonly string[][], said: readonly string[][]): number {
  const left = [countsOf(wanted), countsOf(said)];
  let hits = 0;
  for (const line of wanted) {
    const union = new Set(said.flatMap((other) => subsequence(line, other)));
    for (const index of [...union].sort((a, b) => a - b)) {
      const word = line[index] ?? "";
      if (left.some((counts) => (counts.get(word) ?? 0) === 0)) continue;
      hits++;
      for (const counts of left) counts.set(word, (counts.get(word) ?? 0) - 1);
    }
  }
  return hits;
}

/** Line by line: lines are the sentences. */
const summary: Measure = (prediction, reference, options) => {
  const [said, wanted] = [prediction, reference].map((text) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => tokens(line, options)),
  ) as [string[][], string[][]];
  const [spoken, asked] = [said.flat().length, wanted.flat().length];
  if (spoken === 0 || asked === 0) return 0;
  const hits = unionHits(wanted, said);
  return harmonic(hits / spoken, hits / asked);
};

const measures = {
  rouge1: overlap(1),
  rouge2: overlap(2),
  rougeL: longest,
  rougeLsum: summary,
} as const;

const about: Record<keyof typeof measures, string> = {
  rouge1: "overlap of words",
  rouge2: "overlap of word pairs",
  rougeL: "longest common subsequence",
  rougeLsum: "longest common subsequence, line by line",
};

export type RougeName = keyof typeof measures;

export function rouge(name: RougeName, options: RougeOptions = { stemmer: true }): Metric {
  const signature = `f|mean|stemmer:${options.stemmer ? "yes" : "no"}`;
  return meanMetric(about[name], signature, (answer) =>
    bestOf(answer, (prediction, reference) => measures[name](prediction, reference, options)),
  );
}
