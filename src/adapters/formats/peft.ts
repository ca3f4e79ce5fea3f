// PEFT's form of adapters: adapter_model.safetensors under the module names of transformers.
import type { AdapterFormat } from "./format.ts";
import { openPeft, PEFT_FILES } from "./peft-read.ts";
import { writePeft } from "./peft-write.ts";

export const peft: AdapterFormat = {
  summary: "PEFT's: adapter_model.safetensors",
  holds: (config) => "peft_type" in config,
  files: PEFT_FILES,
  open: openPeft,
  write: writePeft,
};
