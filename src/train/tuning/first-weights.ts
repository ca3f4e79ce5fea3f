// Weights that full fine-tuning begins with in the place of the model's own: a file of some of them, by the paths of
// parameters, as mlx_lm.lora writes the blocks it trained. Adapters begin elsewhere: adapters/adapter-files.ts.
import { adapterWeightsFile } from "../../adapters/index.ts";
import { ModelError } from "../../core/errors.ts";
import { carry, dispose, evaluate, retain } from "../../mx/index.ts";
import { loadTensorFile, readSafetensorsHeader } from "../../weights/index.ts";
import type { TrainableModel } from "../objectives/objective.ts";

function misfit(model: TrainableModel, name: string, shape: readonly number[]): string[] {
  const slot = [...model.slots()].find((one) => one.name === name);
  if (slot === undefined) return [`${name}: no such parameter`];
  const wanted = slot.get().shape.join("×");
  return wanted === shape.join("×")
    ? []
    : [`${name}: shape ${shape.join("×")}, expected ${wanted}`];
}

/** From the header alone. Throws ModelError FT-ADAPTER-008 for tensors that are not weights of this model. */
export async function requireFittingWeights(path: string, model: TrainableModel): Promise<void> {
  const file = adapterWeightsFile(path);
  const { tensors } = await readSafetensorsHeader(file);
  const problems = [...tensors].flatMap(([name, { shape }]) => misfit(model, name, shape));
  if (problems.length === 0 && tensors.size > 0) return;
  throw new ModelError("FT-ADAPTER-008", {
    at: { file },
    message: `cannot start full fine-tuning from this: ${problems.length} of ${tensors.size} tensors are not weights of the model`,
    problems: problems.slice(0, 10),
    hint: "give the weights that full fine-tuning of this model wrote; for an adapter use --method lora or dora",
  });
}

/** In the model's precision. */
export async function loadFirstWeights(path: string, model: TrainableModel): Promise<void> {
  const { tensors } = await loadTensorFile(adapterWeightsFile(path));
  retain(tensors);
  carry(model, () => {
    const slots = new Map([...model.slots()].map((slot) => [slot.name, slot.get().dtype]));
    const values = [...tensors].map(([name, value]) => {
      return [name, value.astype(slots.get(name) ?? value.dtype)] as const;
    });
    model.update(new Map(values));
    evaluate(values.map(([, value]) => value));
  });
  const held = new Set(model.tensors());
  dispose([...tensors.values()].filter((tensor) => !held.has(tensor)));
}
