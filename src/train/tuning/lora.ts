// Low-rank adapters (Hu et al. 2021): what is known of them before there is a model.
import { ALL_LINEAR, type LoraOptions } from "../../adapters/options.ts";
import type { ModelSizes } from "../../models/kit/sizes.ts";
import type { TuningEntry } from "./tuning.ts";

/** Linear layers of one block that carry an adapter; all of them where none has a name that was asked for. */
function adapted({ linears }: ModelSizes, { target_modules }: LoraOptions): ModelSizes["linears"] {
  const targets = new Set(target_modules);
  const named = linears.filter(({ name }) => targets.has(name));
  return targets.has(ALL_LINEAR) || named.length === 0 ? linears : named;
}

export const lora: TuningEntry = {
  about: "low-rank adapters beside frozen weights",
  isAdapter: true,
  groups: ["lora"],
  trainable(sizes, { lora: options }) {
    const blocks = options.num_layers === -1 ? sizes.blockCount : options.num_layers;
    const perRank = adapted(sizes, options).reduce(
      (sum, { inputSize, outputSize }) => sum + inputSize + outputSize,
      0,
    );
    return blocks * options.r * perRank;
  },
  describe: ({ lora: { r, alpha } }) => [["LoRA Rank", `${r} (α=${alpha})`]],
  load: async () => (await import("./attach-lora.ts")).attachLoraTuning,
};
