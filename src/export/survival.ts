// How much of an adapter's update is left in weights that were written: rounding to few bits can take all of it.
// Compares layer by layer, in float32; holds one layer at a time.
import { PlainReader, planFittingModel } from "../models/index.ts";
import { dispose, scope, type Tensor } from "../mx/index.ts";
import type { StoredModel } from "../weights/index.ts";
import type { MergedModel } from "./merged-model.ts";

export interface LayerSurvival {
  layer: string;
  /** Length of the update along itself that is left, of its own: 1 is all of it, 0 nothing. */
  kept: number;
  /** Length of what rounding added beside it, of the update's own. */
  noise: number;
}

export interface Survival {
  /** Of all layers together. */
  kept: number;
  noise: number;
  layers: readonly LayerSurvival[];
}

interface Sums {
  /** Of the update with itself, with what is left of it, and of the error with itself. */
  update: number;
  left: number;
  error: number;
}

const dot = (one: Tensor, other: Tensor): number => one.mul(other).sum().item();

function sumsOf(base: Tensor, merged: Tensor, written: Tensor): Sums {
  const update = merged.sub(base);
  const error = written.sub(merged);
  return {
    update: dot(update, update),
    left: dot(written.sub(base), update),
    error: dot(error, error),
  };
}

function shareOf({ update, left, error }: Sums): Omit<LayerSurvival, "layer"> {
  if (update === 0) return { kept: 1, noise: 0 };
  return { kept: left / update, noise: Math.sqrt(error / update) };
}

/** A model whose update over another one is looked for. */
export interface Updated extends StoredModel {
  base: StoredModel;
  /** Layers that are looked at, by path. */
  changed: Pick<MergedModel["changed"], "keys">;
}

/**
 * `written` is the updated model as files hold it now.
 * @throws ModelError of planning.
 */
export async function survivalOf(merged: Updated, written: StoredModel): Promise<Survival> {
  const models = [merged.base, merged, written];
  const planned = await Promise.all(models.map((one) => planFittingModel(one)));
  const readers = planned.map((one) => new PlainReader(one));
  const layers: LayerSurvival[] = [];
  const total: Sums = { update: 0, left: 0, error: 0 };
  try {
    for (const layer of merged.changed.keys()) {
      const sums = scope(() => {
        const read = readers.map((reader) => reader.read(layer));
        const [before, exact, after] = read.map(({ plain }) => plain) as [Tensor, Tensor, Tensor];
        const found = sumsOf(before, exact, after);
        dispose(read.flatMap(({ parts }) => parts));
        return found;
      });
      layers.push({ layer, ...shareOf(sums) });
      for (const key of ["update", "left", "error"] as const) total[key] += sums[key];
    }
  } finally {
    for (const reader of readers) reader.close();
  }
  return { ...shareOf(total), layers };
}
