// What layers can do, whatever their weights look like: dense, packed, stacked by expert, or with an adapter on them.
// Shared code asks for these; which class answers is nobody's business.
import type { Dtype, Tensor } from "../mx/index.ts";
import type { Embedding, Linear } from "./layers.ts";
import type { Module } from "./module.ts";
import type { StackedLinear } from "./stacked-linear.ts";

/** Maps vectors of one size to vectors of another. */
export interface LinearLike {
  readonly inputSize: number;
  readonly outputSize: number;
  /** (out), where one is added behind the product. */
  readonly bias?: Tensor;
  /** x (…, in) → (…, out). */
  forward(x: Tensor): Tensor;
  /** The same map as a plain layer: itself, or with its weights unpacked. */
  toDense(): Linear;
}

/** Several maps of the same sizes, of which each vector takes some: a mixture's experts. */
export interface StackedLinearLike {
  readonly expertCount: number;
  readonly inputSize: number;
  readonly outputSize: number;
  /**
   * x (…, in), the same for each choice, (…, choices, in), or (…, choices, rows, in) several for each; experts
   * (…, choices) → (…, choices, out), or with rows. `isSorted`: x is (rows, in) or (choices, rows, in), and experts
   * ascend.
   */
  forward(x: Tensor, experts: Tensor, isSorted?: boolean): Tensor;
  toDense(): StackedLinear;
}

/** Has layers below it that choose among experts. */
export interface Routes {
  /** Their names. */
  readonly routers: readonly string[];
}

/** Gives what it holds, in whatever precision. */
export interface Widens {
  /** The precision in which it gives it from now on, where that is not the one it is held in. */
  widenTo(dtype: Dtype): void;
}

/** Rows of a table, which may also serve as the output head. */
export interface EmbeddingLike {
  readonly count: number;
  readonly size: number;
  /** ids (…) → (…, size). */
  forward(ids: Tensor): Tensor;
  /** x (…, size) → (…, count). */
  asLinear(x: Tensor): Tensor;
  toDense(): Embedding;
}

export function isLinearLike(module: Module): module is Module & LinearLike {
  return "inputSize" in module && !("expertCount" in module);
}

export function isStackedLinearLike(module: Module): module is Module & StackedLinearLike {
  return "expertCount" in module;
}

export function isEmbeddingLike(module: Module): module is Module & EmbeddingLike {
  return "asLinear" in module;
}

export function widens(module: Module): module is Module & Widens {
  return "widenTo" in module;
}

function routes(module: Module): module is Module & Routes {
  return "routers" in module;
}

/** Paths of the layers that choose among experts: they are trained only where they are named. */
export function routersIn(root: Module): Set<string> {
  const paths = [...root.modules()].flatMap(([path, module]) =>
    routes(module) ? module.routers.map((name) => (path === "" ? name : `${path}.${name}`)) : [],
  );
  return new Set(paths);
}
