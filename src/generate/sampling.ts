// Chooses the next token from logits: greedily, or at random after temperature, top-k and top-p.
// Everything stays in MLX; one number comes out.
import { categorical, type Tensor, where } from "../mx/index.ts";

export interface SamplingOptions {
  /** 0: greedy. */
  temperature: number;
  /** Keep the k likeliest; 0: all. */
  topK: number;
  /** Keep the likeliest whose probabilities sum to p (Holtzman et al. 2020); 1: all. */
  topP: number;
}

const impossible = -Infinity;

/** logits (1, vocabulary) with all but the k largest made impossible. */
function keepTopK(logits: Tensor, k: number): Tensor {
  const vocabulary = logits.dim(-1);
  if (k <= 0 || k >= vocabulary) return logits;
  const order = logits.argsort(-1).narrow(-1, vocabulary - k, vocabulary - k + 1);
  const smallestKept = logits.takeAlongAxis(order, -1);
  return where(logits.greaterEqual(smallestKept), logits, impossible);
}

/** The smallest set of likeliest tokens whose mass reaches p; always at least one. */
function keepTopP(logits: Tensor, p: number): Tensor {
  if (p >= 1) return logits;
  const ascending = logits.argsort(-1);
  const sorted = logits.takeAlongAxis(ascending, -1);
  const massUpTo = sorted.softmax(-1, true).cumsum(-1);
  // From the top, so that nothing is above the likeliest whatever the sum was rounded to.
  const massAbove = massUpTo.narrow(-1, logits.dim(-1) - 1, logits.dim(-1)).sub(massUpTo);
  const kept = where(massAbove.less(p), sorted, impossible);
  return kept.takeAlongAxis(ascending.argsort(-1), -1);
}

/** (1, vocabulary) → a token id of shape (1). `key` is used unless greedy. */
export function sampleToken(logits: Tensor, options: SamplingOptions, key: Tensor): Tensor {
  if (options.temperature === 0) return logits.argmax(-1);
  const scaled = logits.astype("float32").div(options.temperature);
  return categorical(keepTopP(keepTopK(scaled, options.topK), options.topP), key);
}
