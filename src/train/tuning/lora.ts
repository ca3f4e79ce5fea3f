// Low-rank adapters (Hu et al. 2021): what is known of them before there is a model.
import type { TuningEntry } from "./tuning.ts";

export const lora: TuningEntry = {
  about: "low-rank adapters beside frozen weights",
  isAdapter: true,
  groups: ["lora"],
  plan: async (model, options) => (await import("./attach-lora.ts")).planLora(model, options),
  describe: ({ lora: { r, alpha } }) => [["LoRA Rank", `${r} (α=${alpha})`]],
  load: async () => (await import("./attach-lora.ts")).attachLoraTuning,
};
