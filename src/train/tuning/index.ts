// The registry of tunings: which weights move. One file and one line each; the files hold facts, and what computes is
// loaded when asked for, since names and facts are needed where the addon is not.
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { dora } from "./dora.ts";
import { full } from "./full.ts";
import { lora } from "./lora.ts";
import { qlora } from "./qlora.ts";
import type { TuningEntry } from "./tuning.ts";

export const tunings = new Registry<TuningEntry>(
  { lora, qlora, dora, full },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-TUNING", {
      message: `Unknown tuning '${name}'. Valid options: [${known.join(", ")}]`,
      hint: `--tuning ${known[0]}`,
    }),
);

export type {
  ForeignNames,
  ModelFiles,
  Tuning,
  TuningEntry,
  TuningInput,
  TuningOptions,
  TuningPlan,
} from "./tuning.ts";
