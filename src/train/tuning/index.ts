// The registry of tunings, by the configuration's `method`.
import type { LoraOptions } from "../../adapters/index.ts";
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { full } from "./full.ts";
import { lora } from "./lora.ts";
import type { TuningMaker } from "./tuning.ts";

export const tunings = new Registry<TuningMaker<LoraOptions>>(
  { lora, full },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-METHOD", {
      message: `Unknown method '${name}'. Valid options: [${known.join(", ")}]`,
      hint: `--method ${known[0]}`,
    }),
);

export type { ModelFiles, Tuning } from "./tuning.ts";
