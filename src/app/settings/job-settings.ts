// Settings that decide how jobs go on: how many at once, and how long answers of providers are kept. From what is saved, the
// environment, or what is usual.
import { ConfigError } from "../../core/errors.ts";
import type { Environment } from "../../core/paths.ts";
import { withSaved } from "./provider-environment.ts";

const badValue = (name: string, value: string, wanted: string): ConfigError =>
  new ConfigError("FT-SETTINGS-005", {
    message: `${name} is '${value}', and ${wanted}`,
    hint: `set ${name} to something else; ft info --env shows where it comes from`,
  });

function numberOf(environment: Environment, name: string, usual: number, most: number): number {
  const text = environment[name]?.trim();
  if (text === undefined || text === "") return usual;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && value <= most) return value;
  throw badValue(name, text, `it must be a number above 0, at most ${most}`);
}

/** How many jobs go on at once: 2 unless said. Throws ConfigError FT-SETTINGS-005. */
export function jobsAtOnce(given: Environment): number {
  const count = numberOf(withSaved(given), "MAX_CONCURRENT_JOBS", 2, 64);
  if (Number.isInteger(count)) return count;
  throw badValue("MAX_CONCURRENT_JOBS", String(count), "it must be a whole number");
}

export interface Caching {
  enabled: boolean;
  /** Hours. */
  hours: number;
}

/** Whether answers of providers are kept, and how long: a day unless said. Throws ConfigError FT-SETTINGS-005. */
export function cachingOf(given: Environment): Caching {
  const environment = withSaved(given);
  const text = environment["ENABLE_CACHING"]?.trim().toLowerCase() ?? "";
  if (!/^(?:true|1|yes|on|false|0|no|off|)$/.test(text))
    throw badValue("ENABLE_CACHING", text, "it must be true or false");
  const enabled = !/^(?:false|0|no|off)$/.test(text);
  return { enabled, hours: numberOf(environment, "CACHE_TTL", 24, 87_600) };
}
