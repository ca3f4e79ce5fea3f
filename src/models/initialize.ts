// Draws weights for a model that starts from nothing: pre-training and tests. Loading never calls it.
import { evaluate, randomKey, retain, scope, splitKey } from "../mx/index.ts";
import type { Drawn, Module } from "../nn/index.ts";
import type { LanguageModel } from "./kit/index.ts";

function isDrawn(module: Module): module is Module & Drawn {
  return "draw" in module;
}

/**
 * Matrices from a normal distribution of deviation 1/√fan-in (embeddings: `embeddingDeviation`), those that close a
 * residual branch further divided by √(2·blocks) (Radford et al. 2019); norms one, biases zero.
 */
export function initialize(
  model: LanguageModel,
  seed: number,
  options: { embeddingDeviation?: number } = {},
): void {
  const residual = 1 / Math.sqrt(2 * model.blocks.length);
  const modules = [...model.modules()].map(([, module]) => module);
  const before = [...model.tensors()];
  scope(() => {
    const keys = splitKey(randomKey(seed), modules.length);
    for (const [index, module] of modules.entries()) {
      const key = keys[index];
      if (key !== undefined && isDrawn(module))
        module.draw(key, { residual, embedding: options.embeddingDeviation });
    }
    evaluate([...model.parameters().values()]);
    retain(model);
  });
  const after = new Set([...model.tensors()]);
  for (const tensor of before) if (!after.has(tensor)) tensor.dispose();
}
