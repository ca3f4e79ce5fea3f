// Puts low-rank adapters on the linear layers of the blocks; everything else is frozen. What is known of it without a
// model is lora.ts.
import {
  type AdapterPlacement,
  ALL_LINEAR,
  attachLora,
  linearNames,
  loadAdapterWeights,
  LoraOptions,
  loraScale,
  otherBaseOf,
  placeAdapter,
  requireFittingAdapter,
  saveAdapter,
} from "../../adapters/index.ts";
import type { TrainableModel } from "../objectives/objective.ts";
import type { TuningMaker, TuningOptions, TuningPlan } from "./tuning.ts";

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

function placementOn(
  model: TrainableModel,
  options: LoraOptions,
): { placement: AdapterPlacement; notices: string[] } {
  const shape = { rank: options.r, scale: loraScale(options), dropout: options.dropout };
  const { targets, notices } = targetsFor(model, options.target_modules);
  return { placement: { ...shape, blockCount: options.num_layers, targets }, notices };
}

/** @throws ConfigError FT-ADAPTER-001 and 002, ModelError FT-ADAPTER-003 and FT-MODEL-010 of an adapter to start from. */
export async function planLora(
  model: TrainableModel,
  { lora: options }: TuningOptions,
): Promise<TuningPlan> {
  const { placement, notices } = placementOn(model, options);
  const { shapes, blockCount } = placeAdapter(model, "lora", placement);
  if (options.init_adapter !== null) await requireFittingAdapter(options.init_adapter, shapes);
  return { shapes: [...shapes.values()], trainedBlocks: blockCount, notices };
}

export const attachLoraTuning: TuningMaker = async ({
  model,
  options: { lora: options },
  origin,
  seed,
}) => {
  const { placement } = placementOn(model, options);
  const { rank, scale, dropout } = placement;
  const shape = { rank, scale, dropout };
  const attached = attachLora(model, placement, seed);
  const start = options.init_adapter;
  if (start !== null) await loadAdapterWeights(start, model);
  const warning = start === null ? undefined : await otherBaseOf(start, origin.baseDigest);
  return {
    notices: warning === undefined ? [] : [warning],
    save: (folder) => saveAdapter(folder, model, attached, shape, origin),
    load: (folder) => loadAdapterWeights(folder, model),
  };
};
