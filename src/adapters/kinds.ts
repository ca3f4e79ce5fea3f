// The registry of kinds of adapter, named as in adapter_config.json's `fine_tune_type`.
import { ModelError } from "../core/errors.ts";
import { Registry } from "../core/registry.ts";
import type { AdapterKind } from "./adapted-layer.ts";
import { dora } from "./dora/index.ts";
import { lora } from "./lora/index.ts";

export const adapterKinds = new Registry<AdapterKind>(
  { lora, dora },
  ({ name, known }) =>
    new ModelError("FT-ADAPTER-005", {
      message: `Unknown kind of adapter '${name}'. Supported: [${known.join(", ")}]`,
      hint: "give an adapter of one of these kinds",
    }),
);
