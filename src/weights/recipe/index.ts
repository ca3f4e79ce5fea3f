// The recipe language: how a stored model's tensors become a model's parameters, and back.
export type { Computation } from "./algebra.ts";
export { WeightEntry } from "./entry.ts";
export { mapTensors, type TensorMapping } from "./mapping.ts";
export {
  convert,
  drop,
  inverted,
  join,
  readsOnly,
  type Recipe,
  rename,
  type Rule,
  split,
  tie,
  transpose,
} from "./rules.ts";
export {
  computed,
  divided,
  elementwise,
  folded,
  inverse,
  joined,
  packed,
  type Parts,
  rotaryHalves,
  type Step,
  transposed,
  unfolded,
  unpacked,
} from "./steps.ts";
export { type PackMatrix, packAsMlx, packNearest } from "./nearest-packing.ts";
export { shapesOf, viewOf, viewThrough } from "./view.ts";
