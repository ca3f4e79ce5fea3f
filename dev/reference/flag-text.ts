// A flag as a page shows it: of what is on by default, the form that turns it off.
import { spelled } from "../../src/cli/option-flags.ts";
import type { Option } from "../../src/core/options.ts";

export function flagText(option: Option): string {
  const isOn = option.shape.kind === "boolean" && option.default === true;
  return isOn ? `--no-${option.flag.long}` : spelled(option);
}
