// Arrays that belong to parameters (first moments, say), saved and restored by name.
import { ModelError } from "../../core/errors.ts";
import { type Tensor, zeros } from "../../mx/index.ts";
import type { ParameterSlot } from "../module.ts";

/** State under a parameter's name: what was kept, if it is of that shape. */
export function restoredState(
  tensors: ReadonlyMap<string, Tensor>,
  key: string,
  { shape }: Pick<Tensor, "shape">,
): Tensor {
  const found = tensors.get(key);
  if (found?.shape.join("×") === shape.join("×")) return found;
  throw new ModelError("FT-MODEL-012", {
    message: `optimizer state '${key}' is missing or has another shape`,
    hint: "resume from an earlier checkpoint of the same configuration",
  });
}

/** One array shaped like each parameter, of zeros to begin with. */
export class Moments {
  values: Tensor[];
  readonly #label: string;
  readonly #slots: readonly ParameterSlot[];

  constructor(label: string, slots: readonly ParameterSlot[]) {
    this.#label = label;
    this.#slots = slots;
    this.values = slots.map((slot) => zeros(slot.get().shape, "float32"));
  }

  #key(index: number): string {
    return `${this.#slots[index]?.name ?? index}.${this.#label}`;
  }

  *entries(): Generator<[string, Tensor]> {
    for (const [index, value] of this.values.entries()) yield [this.#key(index), value];
  }

  restore(tensors: ReadonlyMap<string, Tensor>): void {
    this.values = this.values.map((value, index) =>
      restoredState(tensors, this.#key(index), value),
    );
  }
}
