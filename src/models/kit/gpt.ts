// What GPT-2 and its heirs share: keys of config.json, and what their files call the parts.
// Which of the keys a family has besides, and how its blocks are made, is its own file's.
import { z } from "zod";

const size = z.int().positive();

/** GPT-2's keys; a family adds its `model_type` and what else it has. */
export const gptConfig = z.looseObject({
  vocab_size: size,
  n_embd: size,
  n_head: size,
  n_layer: size,
  n_positions: size.default(1024),
  n_inner: size.nullish(),
  layer_norm_epsilon: z.number().positive().default(1e-5),
});

/** For `refine`: heads share the width evenly. */
export function wholeHeads<Width extends string, Heads extends string>(width: Width, heads: Heads) {
  const isWhole = (config: Record<Width | Heads, number>): boolean =>
    config[width] % config[heads] === 0;
  const refusal: { path: string[]; error: string } = {
    path: [width],
    error: `is not a multiple of ${heads}`,
  };
  return [isWhole, refusal] as const;
}

/** Without `positions`: "wpe" where they are learned. */
export const gptNames = {
  decoder: "transformer",
  embedding: "wte",
  blocks: "h",
  norm: "ln_f",
  head: "lm_head",
};
