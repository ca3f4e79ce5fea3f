import { readRecord } from "../../runs/index.ts";
// Settings of a run that begins later, in another process: made whole and checked now, as they are when a run starts.
import { layer } from "../config/layers.ts";
import { type ResolvedConfig, resolveConfig } from "../config/resolve.ts";
import { type RunConfig, RunConfigSchema } from "../config/schema.ts";
import { loadExtensions } from "../extensions.ts";
import { withAbsolutePaths } from "./absolute-paths.ts";
import { checkRun, requireData } from "./check-run.ts";

export interface LaterSettings {
  /** Keys as in YAML. */
  config: Record<string, unknown>;
  /** With them the settings are whole; without, defaults are filled in. */
  origins?: Record<string, string> | undefined;
}

/** Throws ConfigError with all that is wrong. */
export function wholeSettings({ config, origins }: LaterSettings): ResolvedConfig {
  if (origins === undefined) return resolveConfig([layer("argument", "", config)]);
  const whole = RunConfigSchema.parse(config);
  return { config: whole, origins: new Map(Object.entries(origins)), unused: [] };
}

/** @throws what is thrown when a run is started with them: ConfigError, DataError, UsageError of an extension. */
export async function checkSettings(
  given: LaterSettings & { extensions: readonly string[] },
): Promise<{ config: RunConfig; origins: Record<string, string> }> {
  await loadExtensions(given.extensions);
  const resolved = wholeSettings(given);
  checkRun(resolved.config);
  const config = withAbsolutePaths(resolved.config);
  await requireData(config);
  return { config, origins: Object.fromEntries(resolved.origins) };
}

/**
 * Settings of a run that is there already and goes on: what it was begun with, which nothing given here changes.
 * @throws ConfigError FT-RUN-002 and 005 for a folder without a run.
 */
export async function continuedSettings(
  given: LaterSettings & { extensions: readonly string[] },
): Promise<{ config: RunConfig; origins: Record<string, string> }> {
  await loadExtensions(given.extensions);
  const { config: asked, origins } = wholeSettings(given);
  const config = withAbsolutePaths(asked);
  readRecord(config.output_dir);
  return { config, origins: Object.fromEntries(origins) };
}
