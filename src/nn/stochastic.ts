// Randomness inside a forward pass, made explicit: before each pass the trainer hands out keys.
// A layer without a key (null) is deterministic: evaluation and generation never set one.
import { splitKey, type Tensor } from "../mx/index.ts";
import type { Module } from "./module.ts";

export interface Stochastic {
  /** False when the layer draws nothing (dropout 0), so that it costs no key. */
  readonly drawsRandom: boolean;
  setRandomKey(key: Tensor | null): void;
}

function isStochastic(module: Module): module is Module & Stochastic {
  return "setRandomKey" in module;
}

/** The layers below `root` that draw random numbers. */
export function stochasticLayers(root: Module): Stochastic[] {
  return [...root.modules()]
    .map(([, module]) => module)
    .filter(isStochastic)
    .filter((layer) => layer.drawsRandom);
}

/** Gives each layer its own key split from `key`, runs `fn`, takes the keys back. */
export function withRandomKeys<T>(layers: readonly Stochastic[], key: Tensor, fn: () => T): T {
  if (layers.length === 0) return fn();
  const keys = splitKey(key, layers.length);
  layers.forEach((layer, index) => layer.setRandomKey(keys[index] ?? null));
  try {
    return fn();
  } finally {
    for (const layer of layers) layer.setRandomKey(null);
  }
}
