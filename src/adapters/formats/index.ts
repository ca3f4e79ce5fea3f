// The registry of formats of adapters. The next one is a file and a line.
import { UsageError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import type { AdapterFormat, FoundAdapter } from "./format.ts";
import { mlx } from "./mlx.ts";
import { peft } from "./peft.ts";
import { badAdapter } from "./read-config.ts";

export const adapterFormats = new Registry<AdapterFormat>(
  { mlx, peft },
  ({ name, known }) =>
    new UsageError("FT-ADAPTER-010", {
      message: `Unknown adapter format '${name}'. Supported: [${known.join(", ")}]`,
      hint: `--to ${known.join(", or --to ")}`,
    }),
);

/** @throws ModelError FT-ADAPTER-003 for a configuration of none of them. */
export function formatOf({ folder, config }: FoundAdapter): AdapterFormat {
  const found = adapterFormats.names().map((name) => adapterFormats.get(name));
  const format = found.find((one) => one.holds(config));
  if (format !== undefined) return format;
  throw badAdapter(folder, "adapter_config.json is in no adapter format that ft knows");
}
