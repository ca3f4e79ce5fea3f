// A flag as a page shows it: of what is on by default, the form that turns it off.
import { shownFlag } from "../../src/cli/option-flags.ts";
import type { Option } from "../../src/core/options.ts";

export function flagText(option: Option): string {
  return shownFlag(option, option.default).spelling;
}
