// Asks a loaded model the questions of the demonstrations, one after the other, greedily. Trains nothing.
// An answer ends a little beyond the longest right one: whatever follows could not make it right.
import { generateText, type Model } from "../../src/index.ts";
import { type SqlExample, sqlQuestion } from "../datasets/text-to-sql-rows.ts";

/** Tokens beyond the longest right answer: its end mark, and enough to see that an answer goes on. */
const spareTokens = 4;

export interface AskingOptions {
  /** Said before every question, as turns of the same conversation. */
  examples?: readonly SqlExample[];
  onAnswered?: (count: number) => void;
}

function longestAnswer(model: Model, questions: readonly SqlExample[]): number {
  return Math.max(...questions.map(({ answer }) => model.tokenizer.encode(answer).length));
}

/** One answer a question. One that was cut ends in "…". */
export async function ask(
  model: Model,
  questions: readonly SqlExample[],
  { examples = [], onAnswered }: AskingOptions = {},
): Promise<string[]> {
  const maxTokens = longestAnswer(model, questions) + spareTokens;
  const before = examples.flatMap(({ prompt, answer }) => [
    ...sqlQuestion(prompt),
    { role: "assistant" as const, content: answer },
  ]);
  const answers: string[] = [];
  for (const { prompt } of questions) {
    const messages = [...before, ...sqlQuestion(prompt)];
    const { text, finishReason } = await generateText({ model, messages, maxTokens });
    answers.push(finishReason === "stop" ? text.trim() : `${text.trim()}…`);
    onAnswered?.(answers.length);
  }
  return answers;
}
