// A second model over the weights of one that is loaded: adapters that are put on it leave the first as it is.
// Copies no weights.
import { dispose, type Tensor } from "../mx/index.ts";
import { isEmbeddingLike, isPacked, type Module, PackedLinear, widens } from "../nn/index.ts";
import type { LanguageModel } from "./kit/index.ts";
import type { LoadedModel } from "./load.ts";
import { architectureOf } from "./registry.ts";
import { untiedConfig } from "./untied.ts";

/** Packed layers stand in the place of those that were built; what gives halves widened is the same layer. */
function takeLayers(again: LanguageModel, model: LanguageModel): void {
  const built = new Map(again.modules());
  for (const [path, layer] of model.modules())
    if (widens(layer) || built.get(path)?.constructor !== layer.constructor)
      again.replaceChild(path, layer);
}

/** The model's own weights in layers of its own. The model itself must carry no adapter. */
export async function modelAgain({ model, config }: LoadedModel): Promise<LanguageModel> {
  const again = (await architectureOf(config)).build(config);
  takeLayers(again, model);
  const weights = model.parameters();
  for (const slot of again.slots()) slot.set(weights.get(slot.name) as Tensor);
  return again;
}

/** A head like the table, which is packed or not. */
function headLike(table: Module, head: Module): Module {
  if (!isPacked(table) || !isEmbeddingLike(table)) return head;
  return new PackedLinear(table.size, table.count, { ...table.packing, bias: false });
}

/**
 * The same with a head of its own, of a model whose head is its embedding: both are the one table still.
 * @throws ModelError of the architecture where it has no such head.
 */
export async function untiedAgain({ model, config }: LoadedModel): Promise<LanguageModel> {
  const apart = untiedConfig(config);
  const again = (await architectureOf(apart)).build(apart);
  const known = new Set([...model.modules()].map(([path]) => path));
  const [tablePath, table] = [...model.modules()].find(([, one]) => isEmbeddingLike(one)) ?? [];
  const [head] = [...again.modules()].filter(([path]) => !known.has(path));
  takeLayers(again, model);
  if (table !== undefined && head !== undefined)
    again.replaceChild(head[0], headLike(table, head[1]));
  const weights = model.parameters();
  for (const slot of again.slots()) {
    const end = slot.name.slice(slot.name.lastIndexOf("."));
    slot.set((weights.get(slot.name) ?? weights.get(`${tablePath}${end}`)) as Tensor);
  }
  return again;
}

/** Frees what a second model has beside the first one's weights. */
export function disposeBeside(model: LanguageModel, again: LanguageModel): void {
  const shared = new Set(model.tensors());
  dispose([...again.tensors()].filter((tensor) => !shared.has(tensor)));
}
