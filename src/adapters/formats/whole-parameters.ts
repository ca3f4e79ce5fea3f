// Parameters that an adapter's file brings whole, in the place of the model's own: what PEFT calls modules to save, and
// what mlx-lm writes of full fine-tuning.
import { evaluate, retain, scope, type Tensor } from "../../mx/index.ts";
import {
  mapTensors,
  type Recipe,
  type TensorReader,
  type WeightEntry,
} from "../../weights/index.ts";
import { type BlockModel, tiedHead } from "../attach.ts";
import type { Dropped } from "../stored-adapter.ts";

export interface Whole {
  entries: WeightEntry[];
  shapes: ReadonlyMap<string, readonly number[]>;
  /** In the file, by the name that entries know. */
  names: ReadonlyMap<string, string>;
  dropped: Dropped[];
  /** The head of a tied model is among them. */
  hasTied: boolean;
}

export const noPlace = (what: string): Dropped => ({
  what,
  why: "the model has no such layer, or it is of another size there",
});

interface Found {
  /** Names in the file, by the one that the recipe knows. */
  names: ReadonlyMap<string, string>;
  /** Of the file's tensors. */
  shapes: ReadonlyMap<string, { shape: readonly number[] }>;
  recipe: Recipe;
}

/** Whole parameters of the file as parameters of the model. Reads no tensor. */
export function wholeOf({ names, shapes, recipe }: Found, model: BlockModel): Whole {
  const found = new Map([...names].map(([name, file]) => [name, shapes.get(file)?.shape ?? []]));
  const mapping = mapTensors(recipe, found);
  const expected = new Map([...model.slots()].map((slot) => [slot.name, slot.get().shape.join()]));
  const entries = mapping.entries.filter(({ parameters }) =>
    parameters.every((name) => expected.get(name) === mapping.shapes.get(name)?.join()),
  );
  const placed = new Set([...entries.flatMap(({ sources }) => sources), ...mapping.tied]);
  const dropped = [...names.keys()].filter((name) => !placed.has(name)).map(noPlace);
  const tied = tiedHead(model);
  const hasTied =
    tied !== undefined && entries.some((one) => one.parameters.includes(`${tied}.weight`));
  const given = new Map(
    entries.flatMap(({ parameters }) =>
      parameters.map((name) => [name, mapping.shapes.get(name) ?? []] as const),
    ),
  );
  return { entries, shapes: given, names, dropped, hasTied };
}

/** The parameters, by name; each its own array. `read` takes names of the file. */
export function wholeTensors(
  { entries, names }: Whole,
  read: TensorReader["read"],
): Map<string, Tensor> {
  return retain(
    scope(() => {
      const found = entries.flatMap((entry) => {
        const made = entry.load((name) => read(names.get(name) ?? ""));
        return entry.parameters.map((name, at) => [name, (made[at] as Tensor).mul(1)] as const);
      });
      evaluate(found.map(([, tensor]) => tensor));
      return new Map(found);
    }),
  );
}
