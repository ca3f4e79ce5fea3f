// From logits of several answers to the token of each: the likeliest as MLX finds it, or what each answer chooses.
import { evaluate, int32, type Tensor } from "../mx/index.ts";
import type { Answer } from "./answer.ts";

/** logits (answers, vocabulary); evaluates `beside` with them. */
export function choose(logits: Tensor, answers: readonly Answer[], beside: Iterable<Tensor>): void {
  const looking = [...answers.keys()].filter((row) => !answers[row]!.needsNoLogits);
  const isAll = looking.length === answers.length;
  const likeliest = isAll ? undefined : logits.argmax(-1);
  const seen = looking.length === 0 ? undefined : seenRows(logits, looking, isAll);
  evaluate([...(likeliest ? [likeliest] : []), ...(seen ? [seen] : []), ...beside]);
  const ids = likeliest?.toMemory();
  for (const [row, answer] of answers.entries())
    if (answer.needsNoLogits) answer.take(Number(ids?.[row]));
  const numbers = seen?.toFloat32();
  const size = logits.dim(1);
  for (const [at, row] of looking.entries())
    answers[row]!.choose(numbers!.subarray(at * size, (at + 1) * size));
}

function seenRows(logits: Tensor, rows: readonly number[], isAll: boolean): Tensor {
  const some = isAll ? logits : logits.take(int32(rows, [rows.length]), 0);
  return some.astype("float32");
}
