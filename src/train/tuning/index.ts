// The registry of tunings, by the configuration's `method`.
import type { LoraOptions } from "../../adapters/options.ts";
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import type { TuningMaker } from "./tuning.ts";

/** Lazy: their names are options of the command line, what they need is not. */
export const tunings = new Registry<() => Promise<TuningMaker<LoraOptions>>>(
  {
    lora: async () => (await import("./lora.ts")).lora,
    full: async () => (await import("./full.ts")).full,
  },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-METHOD", {
      message: `Unknown method '${name}'. Valid options: [${known.join(", ")}]`,
      hint: `--method ${known[0]}`,
    }),
);

export type { ModelFiles, Tuning } from "./tuning.ts";
