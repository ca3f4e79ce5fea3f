// A second model over the weights of one that is loaded: adapters that are put on it leave the first as it is.
// Copies no weights.
import { dispose, type Tensor } from "../mx/index.ts";
import type { LanguageModel } from "./kit/index.ts";
import type { LoadedModel } from "./load.ts";
import { architectureOf } from "./registry.ts";

/** The model's own weights in layers of its own. The model itself must carry no adapter. */
export async function modelAgain({ model, config }: LoadedModel): Promise<LanguageModel> {
  const architecture = await architectureOf(config);
  const again = architecture.build(config);
  const built = new Map(again.modules());
  // packed layers, say, which stand in the place of those that were built
  for (const [path, layer] of model.modules())
    if (built.get(path)?.constructor !== layer.constructor) again.replaceChild(path, layer);
  const weights = model.parameters();
  for (const slot of again.slots()) slot.set(weights.get(slot.name) as Tensor);
  return again;
}

/** Frees what a second model has beside the first one's weights. */
export function disposeBeside(model: LanguageModel, again: LanguageModel): void {
  const shared = new Set(model.tensors());
  dispose([...again.tensors()].filter((tensor) => !shared.has(tensor)));
}
