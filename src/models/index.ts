// The surface of models/: the registry, loading, and what a language model is.
export { disposeBeside, modelAgain, untiedAgain } from "./again.ts";
export { initialize } from "./initialize.ts";
export { BalanceSums, LanguageModel } from "./kit/index.ts";
export type {
  Architecture,
  Balance,
  CacheOptions,
  ForwardContext,
  LayerCache,
  ModelSizes,
} from "./kit/index.ts";
export * from "./known-tokens.ts";
export { likenessOf } from "./likeness.ts";
export * from "./load.ts";
export * from "./packing-choice.ts";
export * from "./packing.ts";
export { PlainReader, plainOf } from "./plain-weights.ts";
export * from "./registry.ts";
export { untied, untiedConfig } from "./untied.ts";
export * from "./weights.ts";
