// A list of arrays shaped like the parameters (first moments, say), saved and restored by name.
import { ModelError } from "../../core/errors.ts";
import { type Tensor, zeros } from "../../mx/index.ts";
import type { ParameterSlot } from "../module.ts";

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
    const restored = this.values.map((value, index) => {
      const found = tensors.get(this.#key(index));
      if (found?.shape.join("×") === value.shape.join("×")) return found;
      throw new ModelError("FT-MODEL-012", {
        message: `optimizer state '${this.#key(index)}' is missing or has another shape`,
        hint: "resume from an earlier checkpoint of the same configuration",
      });
    });
    this.values = restored;
  }
}
