// Run settings given as flags: nested values by option path, and which flag set each.
// Checks nothing; app/config does.
import { setAt, valueAt } from "../app/config/layers.ts";
import { RunConfigSchema } from "../app/config/schema.ts";
import { optionValue } from "../core/option-values.ts";
import { type Option, optionsOf } from "../core/options.ts";

export interface GivenSettings {
  values: Record<string, unknown>;
  originOf(path: readonly string[]): string;
}

/** The options of a run that have a flag. */
export function settingOptions(): Option[] {
  return optionsOf(RunConfigSchema).filter((option) => option.flag.hidden !== true);
}

function flagOf(path: readonly string[], value: unknown): string {
  const key = path.join(".");
  const option = settingOptions().find((each) => each.key === key);
  const isNegated = option?.shape.kind === "boolean" && value === false;
  return `flag:--${isNegated ? "no-" : ""}${option?.flag.long ?? key}`;
}

/** What the command line gave an option: the texts of a flag as often as it stood there, or whether it is on. */
export type Given = readonly string[] | boolean;

/** The option's value, not yet checked. */
export function givenValue(option: Option, given: Given): unknown {
  return typeof given === "boolean" ? given : optionValue(option, given);
}

/** Settings of what commander found, by option key. */
export function settingsFrom(found: ReadonlyMap<string, Given>): GivenSettings {
  const values: Record<string, unknown> = {};
  for (const option of settingOptions()) {
    const given = found.get(option.key);
    if (given !== undefined) setAt(values, option.path, givenValue(option, given));
  }
  return { values, originOf: (path) => flagOf(path, valueAt(values, path)) };
}
