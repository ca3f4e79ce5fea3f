// The registry of optimizers: one file and one line each.
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { adafactor } from "./adafactor.ts";
import { adamw8bitKind } from "./adamw-8bit.ts";
import { adam, adamw } from "./adamw.ts";
import { lion } from "./lion.ts";
import { muon } from "./muon.ts";
import type { OptimizerKind } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

export const optimizers = new Registry<OptimizerKind>(
  { adamw, muon, adam, sgd, adafactor, lion, adamw_8bit: adamw8bitKind },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-OPTIMIZER", {
      message: `Unknown optimizer '${name}'. Valid options: [${known.join(", ")}]`,
      hint: `--optimizer ${known[0]}`,
    }),
);

export { groupedBy, type SlotGroup } from "./grouped.ts";
export { masterBytes, withMasters } from "./master-weights.ts";
export type { OptimizedSlot, Optimizer, OptimizerKind, OptimizerSettings } from "./optimizer.ts";
