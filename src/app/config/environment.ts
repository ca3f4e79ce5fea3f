// Options from the environment: FT_ + group + key, in capitals: FT_OPTIMIZATION_EPOCHS, FT_LORA_R, FT_SEED.
// Lists have commas (a,b), records pairs (key=value,key=value), both may be JSON, as what is nested deeper must be;
// `null` clears an option that may be null.
import type { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { optionValue } from "../../core/option-values.ts";
import { type Option, optionsOf } from "../../core/options.ts";
import type { Environment } from "../../core/paths.ts";
import { type ConfigLayer, setAt } from "./layers.ts";
import { RunConfigSchema } from "./schema.ts";

/** Chooses a profile, as `--profile` does. */
export const PROFILE_VARIABLE = "FT_PROFILE";

/** The variable that sets an option. */
export function variableOf(path: readonly string[]): string {
  return `FT_${path.join("_").toUpperCase()}`;
}

/** Every variable with the option it sets. */
export function environmentOptions(
  schema: z.ZodObject = RunConfigSchema,
): ReadonlyMap<string, Option> {
  return new Map(optionsOf(schema).map((option) => [variableOf(option.path), option]));
}

function groupPrefixes(options: Iterable<Option>): Set<string> {
  const groups = [...options].filter((option) => option.path.length > 1);
  return new Set(groups.map((option) => `${variableOf(option.path.slice(0, 1))}_`));
}

function refuseUnknown(environment: Environment, known: ReadonlyMap<string, Option>): void {
  const prefixes = [...groupPrefixes(known.values())];
  const unknown = Object.keys(environment).filter(
    (name) => !known.has(name) && prefixes.some((prefix) => name.startsWith(prefix)),
  );
  if (unknown.length === 0) return;
  const problems = unknown.map((name) => {
    const near = nearest(name, known.keys());
    return `${name}: no such option${near === undefined ? "" : `; did you mean ${near}?`}`;
  });
  throw new ConfigError("FT-CONFIG-006", {
    message: problems.join("\n"),
    hint: "ft config schema --environment lists every variable",
  });
}

/** The layer of the environment; none when no variable is set. Throws on a variable that names no option. */
export function environmentLayer(
  environment: Environment,
  schema: z.ZodObject = RunConfigSchema,
): ConfigLayer[] {
  const known = environmentOptions(schema);
  refuseUnknown(environment, known);
  const values: Record<string, unknown> = {};
  for (const [name, option] of known) {
    const text = environment[name];
    if (text !== undefined && text !== "") setAt(values, option.path, optionValue(option, [text]));
  }
  if (Object.keys(values).length === 0) return [];
  return [{ kind: "environment", values, originOf: (path) => `environment:${variableOf(path)}` }];
}
