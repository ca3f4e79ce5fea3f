// Whether what is said is true.
import type { Criterion } from "./criterion.ts";

export const factualCorrectness: Criterion = {
  title: "factual correctness",
  prompt: "criterion-factual-correctness",
};
