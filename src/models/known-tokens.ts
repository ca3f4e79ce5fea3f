// Refuses tokens that a model has no embedding for: a lookup beyond the table reads whatever lies behind it.
import { ModelError } from "../core/errors.ts";

/** @throws ModelError FT-MODEL-014 when an id is not below `vocabularySize`: the tokenizer is another model's. */
export function requireKnownTokens(ids: Iterable<number>, vocabularySize: number): void {
  for (const id of ids) {
    if (id >= 0 && id < vocabularySize) continue;
    throw new ModelError("FT-MODEL-014", {
      message: `token ${id} is unknown to the model, which has ${vocabularySize} tokens`,
      hint: "take tokenizer and weights from the same model",
    });
  }
}
