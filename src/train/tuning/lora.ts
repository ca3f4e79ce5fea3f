// Low-rank adapters on the linear layers of the blocks; everything else frozen.
import {
  attachLora,
  loadAdapterWeights,
  loraScale,
  type LoraOptions,
  saveAdapter,
} from "../../adapters/index.ts";
import type { TuningMaker } from "./tuning.ts";

export const lora: TuningMaker<LoraOptions> = async ({ model, options, base, seed }) => {
  const shape = { rank: options.r, scale: loraScale(options), dropout: options.dropout };
  const placement = {
    ...shape,
    blockCount: options.num_layers,
    targets: options.target_modules,
  };
  const attached = attachLora(model, placement, seed);
  if (options.init_adapter !== null) await loadAdapterWeights(options.init_adapter, model);
  return {
    notices: [],
    save: (folder) => saveAdapter(folder, model, attached, shape, base),
    load: (folder) => loadAdapterWeights(folder, model),
  };
};
