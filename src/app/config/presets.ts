// What a command starts from, where that differs from the schema's defaults.
// Everything above (profile, files, environment, flags) wins over a preset.
import { BUILTIN_DATASET } from "../../data/options.ts";
import type { PartialRunConfig } from "./schema.ts";

export const presets = {
  start: {
    optimization: { learning_rate: 2e-4, batch_size: 2 },
  },
  quick: {
    data: { train_file: BUILTIN_DATASET },
    optimization: { learning_rate: 3e-4, batch_size: 1, epochs: 1 },
    output_dir: "./quick_output",
  },
} as const satisfies Record<string, PartialRunConfig>;

export type PresetName = keyof typeof presets;

/** Tokens of the longest shipped row that `ft train quick MODEL` trains on, with its padding. */
export const QUICK_ROW = 128;
