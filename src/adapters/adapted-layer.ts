// What every layer with an adapter on it is, and what every kind of adapter gives.
// One kind is one folder and one line of kinds.ts.
import type { Tensor } from "../mx/index.ts";
import type { Module } from "../nn/index.ts";

export interface AdapterShape {
  rank: number;
  /** Factor on the update. */
  scale: number;
  /** Probability of dropping an input of the update while training. */
  dropout: number;
  /** Of the registry of starts; left out: A random, B zero. */
  start?: string;
}

/** Stands in the place of its base, and does what that does. */
export interface AdaptedLayer extends Module {
  /** Parameters that are trained, as they begin. */
  drawn(): Tensor[];
  /** The base's weights, unpacked, with the update in them. */
  toDense(): Module;
  /** What is trained, as files hold it for others to load, where that is not the parameters themselves; by name. */
  stored?(): Record<string, Tensor> | undefined;
  /** Takes back what `stored` gave: the parameters, by name. */
  takeStored?(values: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
}

export interface AdapterKind {
  /** The layer with an adapter on it, drawn from `key`; undefined where this kind cannot sit on such a layer. */
  wrap(layer: Module, shape: AdapterShape, key: Tensor): AdaptedLayer | undefined;
  /** Whether `wrap` would give something. */
  fits(layer: Module): boolean;
  /** Shapes of what `wrap` would draw, by the parameter's name in the layer; needs neither addon nor weights. */
  shapes(layer: Module, shape: AdapterShape): Readonly<Record<string, readonly number[]>>;
  /** The plain layer that computes the same; undefined for a layer that has no adapter of this kind. */
  fuse(layer: Module): Module | undefined;
}
