// Parameters that a PEFT file holds whole (modules to save) as parameters of the model. Reads no tensor.
import { mapTensors, type WeightEntry } from "../../weights/index.ts";
import { tiedHead } from "../attach.ts";
import type { AdapterBase, Dropped } from "../stored-adapter.ts";
import type { PeftConfig } from "./peft-config.ts";
import { noPlace } from "./peft-places.ts";
import type { Units } from "./peft-units.ts";

export interface Whole {
  entries: WeightEntry[];
  shapes: ReadonlyMap<string, readonly number[]>;
  /** In the file, by the name that entries know. */
  names: ReadonlyMap<string, string>;
  dropped: Dropped[];
  unties: boolean;
}

/** Whole parameters of the file as parameters of the model. */
export function wholeOf(
  { whole }: Units,
  shapes: ReadonlyMap<string, { shape: readonly number[] }>,
  spell: (name: string) => string,
  { model, published = [] }: AdapterBase,
  config: PeftConfig,
): Whole {
  const names = new Map([...whole].map(([name, file]) => [spell(name), file]));
  const found = new Map([...names].map(([name, file]) => [name, shapes.get(file)?.shape ?? []]));
  const mapping = mapTensors(published, found);
  const expected = new Map([...model.slots()].map((slot) => [slot.name, slot.get().shape.join()]));
  const entries = mapping.entries.filter(({ parameters }) =>
    parameters.every((name) => expected.get(name) === mapping.shapes.get(name)?.join()),
  );
  const placed = new Set([...entries.flatMap(({ sources }) => sources), ...mapping.tied]);
  const dropped = [...names.keys()].filter((name) => !placed.has(name)).map(noPlace);
  const tied = tiedHead(model);
  const isTied =
    tied !== undefined && entries.some((one) => one.parameters.includes(`${tied}.weight`));
  const given = new Map(
    entries.flatMap(({ parameters }) =>
      parameters.map((name) => [name, mapping.shapes.get(name) ?? []] as const),
    ),
  );
  return { entries, shapes: given, names, dropped, unties: isTied && !config.ensure_weight_tying };
}
