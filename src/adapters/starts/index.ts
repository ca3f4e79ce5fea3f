// The registry of starts: where adapters begin. The next one is one file and one line. Needs no addon until it is used.
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { pissa } from "./pissa.ts";
import type { FactorStart } from "./start.ts";

/** As in LoRA's paper: A random, B zero. */
const usual: FactorStart = { about: "A random, B zero", factors: undefined };

export const factorStarts = new Registry<FactorStart>(
  { default: usual, pissa },
  ({ name, known }) =>
    new ConfigError("FT-ADAPTER-006", {
      at: { field: "lora.init" },
      message: `Unknown adapter initialization '${name}'. Valid options: [${known.join(", ")}]`,
      hint: `--lora-init ${known[0]}`,
    }),
);

export type { Factors, FactorStart } from "./start.ts";
