// What mlx-lm's conversion leaves of a model's weights otherwise than they are published, and the way back to that: a
// stored model is seen through it before its architecture's recipe. Only what names and shapes show is undone.
import type { Shape } from "../../mx/index.ts";
import { elementwise, convert, type Recipe, transpose } from "../../weights/index.ts";

/** What is known of a stored model whose layout may be mlx-lm's. */
export interface Converted {
  found: ReadonlyMap<string, Shape>;
  /** Convolutions have their channels last, (channels, width, 1): all that the conversion changes is changed. */
  isTurned: boolean;
}

/** Recipes, each of which sees what the one before it gives. */
export type Stages = readonly Recipe[];

const convolution = /(?:^|\.)(?:[qkv]_)?conv(?:1d|_1d)?\.weight$/;

/** Whether a convolution over single channels has them where MLX has them. */
export function isTurned(found: ReadonlyMap<string, Shape>): boolean {
  return [...found].some(
    ([name, { length, 1: width = 0, 2: inner }]) =>
      convolution.test(name) && length === 3 && inner === 1 && width > 1,
  );
}

/** Convolutions as they are published, (channels, 1, width). */
export const turnedBack: Recipe = [
  transpose("{path*}.{layer:conv|conv1d|conv_1d|q_conv1d|k_conv1d|v_conv1d}.weight"),
];

/** Norms that are stored minus one where they are published, and as they are used where mlx-lm has written them. */
export function lessOne(names: readonly string[]): Recipe {
  const step = elementwise(
    (weight) => weight.sub(1),
    (weight) => weight.add(1),
  );
  return names.map((name) => convert(`${name}.weight`, `${name}.weight`, step));
}
