// How much a question helps to foretell its answer: the perplexity of the answer after the question by that of the answer
// alone (instruction-following difficulty; Li and others 2023, "From Quantity to Quality"). Low: the answer follows
// easily. 1 and more: the question does not help. The model is somebody else's: a function.
import { type LineBlock, rowsOf } from "../rows/row-blocks.ts";
import { saidBy } from "../rows/row-text.ts";
import { exchangesIn } from "./cleaner.ts";

/** Mean −log p of the tokens of `answer` behind `question`; undefined for an answer without tokens. */
export type AnswerLoss = (question: string, answer: string) => Promise<number | undefined>;

/** Of each row its last exchange's difficulty; undefined for rows without one. */
export async function difficulties(
  blocks: AsyncIterable<LineBlock>,
  file: string,
  lossOf: AnswerLoss,
): Promise<(number | undefined)[]> {
  const scores: (number | undefined)[] = [];
  for await (const block of blocks) {
    for (const { value } of rowsOf(block, file)) {
      const last = exchangesIn(saidBy(value)).at(-1);
      if (last === undefined || last.question === "") {
        scores.push(undefined);
        continue;
      }
      const after = await lossOf(last.question, last.answer);
      const alone = await lossOf("", last.answer);
      const isKnown = after !== undefined && alone !== undefined;
      scores.push(isKnown ? Math.exp(after - alone) : undefined);
    }
  }
  return scores;
}
