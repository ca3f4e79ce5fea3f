// The registry of optimizers: one file and one line each.
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { adamw } from "./adamw.ts";
import { muon } from "./muon.ts";
import type { OptimizerMaker } from "./optimizer.ts";

export const optimizers = new Registry<OptimizerMaker>(
  { adamw, muon },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-OPTIMIZER", {
      message: `Unknown optimizer '${name}'. Valid options: [${known.join(", ")}]`,
      hint: `--optimizer ${known[0]}`,
    }),
);

export type { OptimizedSlot, Optimizer, OptimizerSettings } from "./optimizer.ts";
