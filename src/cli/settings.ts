// Run settings given as flags: nested values by option path, and which flag set each.
// Checks nothing; app/config does.
import { setAt, valueAt } from "../app/config/layers.ts";
import { RunConfigSchema } from "../app/config/schema.ts";
import { type Option, optionsOf, valueFromText } from "../core/options.ts";

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
  const negated = option?.kind === "boolean" && value === false;
  return `flag:--${negated ? "no-" : ""}${option?.flag.long ?? key}`;
}

/** Settings of what commander found: texts and booleans by option key. */
export function settingsFrom(found: ReadonlyMap<string, unknown>): GivenSettings {
  const values: Record<string, unknown> = {};
  for (const option of settingOptions()) {
    const given = found.get(option.key);
    if (given === undefined) continue;
    const value = typeof given === "string" ? valueFromText(option, given) : given;
    setAt(values, option.path, value);
  }
  return { values, originOf: (path) => flagOf(path, valueAt(values, path)) };
}
