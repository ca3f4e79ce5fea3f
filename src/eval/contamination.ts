// Whether questions that a model is judged by were among the rows that it was trained on: then its score tells memory.
import { wordsOf } from "./metrics/ngrams.ts";

export interface Told {
  prompt: string;
  reference: string;
}

export interface Contamination {
  /** Rows compared with. */
  trainingRows: number;
  /** Questions that stand there word for word, case and spacing aside. */
  questions: number;
  /** Of these, those with the same answer too. */
  answered: number;
  /** Where, counted from 0. */
  indices: number[];
}

const plain = (text: string): string => wordsOf(text.toLowerCase()).join(" ");

export function contamination(asked: readonly Told[], trained: readonly Told[]): Contamination {
  const prompts = new Set(trained.map(({ prompt }) => plain(prompt)));
  const whole = new Set(trained.map((row) => `${plain(row.prompt)}\n${plain(row.reference)}`));
  const indices = [...asked.keys()].filter((at) => prompts.has(plain(asked[at]?.prompt ?? "")));
  const answered = indices.filter((at) => {
    const { prompt = "", reference = "" } = asked[at] ?? {};
    return whole.has(`${plain(prompt)}\n${plain(reference)}`);
  });
  return {
    trainingRows: trained.length,
    questions: indices.length,
    answered: answered.length,
    indices,
  };
}
