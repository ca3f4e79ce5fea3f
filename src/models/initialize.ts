// Draws weights for a model that starts from nothing: pre-training and tests. Loading never calls it.
import { evaluate, full, normal, randomKey, retain, scope, splitKey } from "../mx/index.ts";
import { Embedding, Linear } from "../nn/index.ts";
import type { LanguageModel } from "./kit/index.ts";

/**
 * Matrices from a normal distribution of deviation 1/√fan-in (embeddings: `embeddingDeviation`), those that close a
 * residual branch further divided by √(2·blocks) (Radford et al. 2019); norms one, biases zero.
 */
export function initialize(
  model: LanguageModel,
  seed: number,
  options: { embeddingDeviation?: number } = {},
): void {
  const residualScale = 1 / Math.sqrt(2 * model.blocks.length);
  const drawn = [...model.modules()].map(([, module]) => module);
  const before = [...model.tensors()];
  scope(() => {
    const keys = splitKey(randomKey(seed), drawn.length);
    for (const [index, module] of drawn.entries()) {
      const key = keys[index];
      if (key === undefined) continue;
      if (module instanceof Linear) {
        const scale = module.closesResidual ? residualScale : 1;
        const deviation = scale / Math.sqrt(module.inputSize);
        module.weight = normal(0, deviation, module.weight.shape, key);
        if (module.bias !== undefined) module.bias = full(module.bias.shape, 0);
      } else if (module instanceof Embedding) {
        const deviation = options.embeddingDeviation ?? 1 / Math.sqrt(module.weight.dim(1));
        module.weight = normal(0, deviation, module.weight.shape, key);
      }
    }
    evaluate([...model.parameters().values()]);
    retain(model);
  });
  const after = new Set([...model.tensors()]);
  for (const tensor of before) if (!after.has(tensor)) tensor.dispose();
}
