// Perplexity: exp of what a token of the references costs the model, each token counting once over all answers.
import type { Metric } from "./metric.ts";

export const perplexity: Metric = {
  about: "exponential of the mean token loss; lower is better",
  ...{ looksAt: "loss", scale: null, better: "lower", signature: () => "tokens" },
  statistics: ({ loss }) => [loss?.sum ?? 0, loss?.tokens ?? 0],
  score: ([sum = 0, tokens = 0]) => (tokens === 0 ? 0 : Math.exp(sum / tokens)),
};
