// Low-rank adapters on a base whose weights are packed in a few bits each (Dettmers et al. 2023). The adapters are
// lora.ts's own; a base that is not packed is refused, since somebody counts on its memory.
import { ConfigError } from "../../core/errors.ts";
import { isPacked } from "../../nn/packed-layers.ts";
import type { TrainableModel } from "../objectives/objective.ts";
import { lora } from "./lora.ts";
import type { TuningEntry } from "./tuning.ts";

function requirePacked(model: TrainableModel): void {
  if ([...model.modules()].some(([, layer]) => isPacked(layer))) return;
  throw new ConfigError("FT-CONFIG-097", {
    at: { field: "method" },
    message: "qlora trains adapters on a quantized model, and this one is not quantized",
    hint: "--load-in-4bit quantizes it while it is loaded; --method lora trains on it as it is",
  });
}

export const qlora: TuningEntry = {
  ...lora,
  about: "low-rank adapters on quantized weights",
  plan: async (model, options, names) => {
    requirePacked(model);
    return await lora.plan(model, options, names);
  },
};
