// Loss and gradients with respect to a module's parameters: puts tracers into the module, runs, puts the originals back.
import { type Tensor, valueAndGrad } from "../mx/index.ts";
import type { ParameterSlot } from "./module.ts";

/** Runs `fn` while the slots hold `values`; the originals return whatever happens, so no tracer stays in a module. */
export function withParameters<T>(
  slots: readonly ParameterSlot[],
  values: readonly Tensor[],
  fn: () => T,
): T {
  const originals = slots.map((slot) => slot.get());
  values.forEach((value, index) => slots[index]?.set(value));
  try {
    return fn();
  } finally {
    originals.forEach((original, index) => slots[index]?.set(original));
  }
}

/**
 * `loss` returns the scalar loss first, then anything else to be kept. Gradients are in the order of `slots`.
 * Nothing is evaluated: evaluate values and gradients together, in one pass.
 */
export function lossAndGradients(
  slots: readonly ParameterSlot[],
  loss: () => Tensor[],
): { values: Tensor[]; gradients: Tensor[] } {
  const parameters = slots.map((slot) => slot.get());
  return valueAndGrad((tracers) => withParameters(slots, tracers, loss), parameters);
}
