// An adapter with drawn numbers on a stored model's layers, written as training writes it. Needs the addon.
import { adapterKinds, attachAdapter, saveAdapter } from "../../src/adapters/index.ts";
import { type LanguageModel, loadStoredModel } from "../../src/models/index.ts";
import { carry, dispose, evaluate, normal, randomKey } from "../../src/mx/index.ts";
import type { StoredModel } from "../../src/weights/index.ts";

export const drawnShape = { rank: 2, scale: 1.5, dropout: 0 };

/** Last names of all that carries an adapter of this kind. */
export function targetsOf(model: LanguageModel, kind: string): string[] {
  const layers = [...model.modules()].filter(([, layer]) => adapterKinds.get(kind).fits(layer));
  return [...new Set(layers.map(([at]) => at.split(".").at(-1) as string))];
}

export interface DrawnOptions {
  kind?: string;
  /** Default: all that carries one. */
  targets?: string[];
  /** Default: all. */
  blockCount?: number;
  /** Of the numbers; default 0.05. */
  deviation?: number;
  seed?: number;
  rank?: number;
  template?: string;
}

/** Returns the folder. */
export async function drawnAdapter(
  base: StoredModel,
  folder: string,
  options: DrawnOptions = {},
): Promise<string> {
  const { kind = "lora", deviation = 0.05, seed = 0, blockCount = -1, template = "auto" } = options;
  const { model } = await loadStoredModel(base, { dtype: "float32" });
  const shape = { ...drawnShape, rank: options.rank ?? drawnShape.rank };
  const targets = options.targets ?? targetsOf(model, kind);
  const attached = attachAdapter(
    model,
    kind,
    { ...shape, targets, blockCount, adaptsRouters: true },
    1,
  );
  carry(model, () => {
    for (const [at, slot] of model.trainableSlots().entries()) {
      const drawn = normal(0, deviation, slot.get().shape, randomKey(1000 * seed + at));
      slot.set(slot.name.endsWith(".m") ? slot.get().mul(drawn.add(1)) : drawn);
    }
    evaluate([...model.tensors()]);
  });
  await saveAdapter(folder, model, attached, shape, { base: base.folder, template });
  dispose(model);
  return folder;
}
