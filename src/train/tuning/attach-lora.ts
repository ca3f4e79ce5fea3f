// Puts low-rank adapters on the linear layers of the blocks; everything else is frozen. What is known of it before:
// lora.ts.
import {
  ALL_LINEAR,
  attachLora,
  linearNames,
  loadAdapterWeights,
  LoraOptions,
  loraScale,
  otherBaseOf,
  saveAdapter,
} from "../../adapters/index.ts";
import type { TrainableModel } from "../objectives/objective.ts";
import type { TuningMaker } from "./tuning.ts";

/** The configuration's default names; a model that has none of them is adapted on every linear layer instead. */
const defaultTargets = LoraOptions.parse({}).target_modules.join();

function targetsFor(
  model: TrainableModel,
  wanted: readonly string[],
): { targets: readonly string[]; notices: string[] } {
  if (wanted.join() !== defaultTargets) return { targets: wanted, notices: [] };
  const has = (target: string): boolean => linearNames(model).includes(target);
  if (wanted.some(has)) return { targets: wanted, notices: [] };
  const every = linearNames(model).join(", ");
  const notice = `the model has no ${wanted.join(" or ")}: adapting every linear layer (${every})`;
  return { targets: [ALL_LINEAR], notices: [notice] };
}

export const attachLoraTuning: TuningMaker = async ({
  model,
  options: { lora: options },
  origin,
  seed,
}) => {
  const shape = { rank: options.r, scale: loraScale(options), dropout: options.dropout };
  const { targets, notices } = targetsFor(model, options.target_modules);
  const placement = { ...shape, blockCount: options.num_layers, targets };
  const attached = attachLora(model, placement, seed);
  const start = options.init_adapter;
  if (start !== null) await loadAdapterWeights(start, model);
  const warning = start === null ? undefined : await otherBaseOf(start, origin.baseDigest);
  return {
    notices: warning === undefined ? notices : [...notices, warning],
    save: (folder) => saveAdapter(folder, model, attached, shape, origin),
    load: (folder) => loadAdapterWeights(folder, model),
  };
};
