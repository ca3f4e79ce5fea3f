// Random arrays from explicit keys (the splittable generator of MLX, as in JAX). No hidden global state.
import type { Dtype, Shape } from "./binding.ts";
import { binding } from "./loader.ts";
import { Tensor, wrapAll } from "./tensor.ts";

/** A key of shape (2,), uint32. */
export function randomKey(seed: number): Tensor {
  return new Tensor(binding().randomKey(seed));
}

export function splitKey(key: Tensor, count: number): Tensor[] {
  return wrapAll(binding().randomSplit(key.handle, count));
}

export function uniform(
  low: number,
  high: number,
  shape: Shape,
  key: Tensor,
  dtype: Dtype = "float32",
): Tensor {
  return new Tensor(binding().randomUniform(low, high, shape, dtype, key.handle));
}

export function normal(
  mean: number,
  std: number,
  shape: Shape,
  key: Tensor,
  dtype: Dtype = "float32",
): Tensor {
  return new Tensor(binding().randomNormal(shape, dtype, mean, std, key.handle));
}

/** Booleans, each true with probability `p`. */
export function bernoulli(p: number, shape: Shape, key: Tensor): Tensor {
  return new Tensor(binding().randomBernoulli(p, shape, key.handle));
}

/** One sample along the last axis of unnormalised log probabilities. */
export function categorical(logits: Tensor, key: Tensor): Tensor {
  return new Tensor(binding().randomCategorical(logits.handle, -1, key.handle));
}
