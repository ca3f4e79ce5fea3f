// The settings that the API shows and takes, under the names of their variables in small letters; what is not saved comes
// from the environment, else is the usual value. Some are told and cannot be set: the process was started with them.
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { LOG_LEVELS } from "../../core/logger.ts";
import type { Environment } from "../../core/paths.ts";
import { providerKinds } from "../../providers/registry.ts";
import { storePath } from "../../store/index.ts";
import { LOCAL } from "../data/making/local-provider.ts";
import { cachingOf, jobsAtOnce } from "./job-settings.ts";
import { withSaved } from "./provider-environment.ts";
import { currentProvider, providerFacts } from "./providers.ts";
import { changeSettings, type SavedSettings } from "./settings.ts";
import { dataFolder } from "./told-variables.ts";

const logLevels = [...LOG_LEVELS, "warning"] as const;

export const PlatformSettings = z
  .object({
    llm_provider: z.string().describe("Default provider"),
    llm_model: z.string().nullable().describe("Default model of that provider"),
    ollama_url: z.string().nullable(),
    max_concurrent_jobs: z.int().min(1).max(64).describe("Jobs that run at the same time"),
    enable_caching: z.boolean().describe("Whether answers of providers are cached"),
    cache_ttl: z.number().positive().max(87_600).describe("Hours that a cached answer is valid"),
    log_level: z.enum(logLevels),
    data_dir: z.string().describe("Read-only; set DATA_DIR at start"),
    database_path: z.string().describe("Read-only; set DATABASE_PATH at start"),
  })
  .meta({ id: "Settings" });

export type PlatformSettings = z.infer<typeof PlatformSettings>;

/** Any part of them; what cannot be set may come as it is. */
export const SettingsChange = z
  .strictObject(PlatformSettings.shape)
  .partial()
  .meta({ id: "SettingsChange" });

export type SettingsChange = z.infer<typeof SettingsChange>;

function levelOf(environment: Environment): PlatformSettings["log_level"] {
  const text = environment["LOG_LEVEL"]?.trim().toLowerCase();
  return logLevels.find((level) => level === text) ?? "info";
}

export function platformSettings(given: Environment): PlatformSettings {
  const environment = withSaved(given);
  const { name, model } = currentProvider(given);
  const caching = cachingOf(given);
  return {
    ...{ llm_provider: name, llm_model: model },
    ollama_url: providerFacts(given, "ollama").base_url,
    max_concurrent_jobs: jobsAtOnce(given),
    ...{ enable_caching: caching.enabled, cache_ttl: caching.hours },
    log_level: levelOf(environment),
    ...{ data_dir: dataFolder(environment), database_path: storePath(environment) },
  };
}

function requireUnchanged(change: SettingsChange, now: PlatformSettings): void {
  for (const name of ["data_dir", "database_path"] as const) {
    if (change[name] === undefined || change[name] === now[name]) continue;
    throw new UsageError("FT-SETTINGS-006", {
      at: { field: name },
      message: "a running server cannot change where its data is",
      hint: `start it again with ${name.toUpperCase()}=…`,
    });
  }
}

/** Of the provider that is current after the change. */
function providersAfter(saved: SavedSettings, change: SettingsChange, now: PlatformSettings) {
  const { llm_provider = now.llm_provider, llm_model, ollama_url } = change;
  const providers = { ...saved.providers };
  // what comes as it is told is nothing to save: the service may change its usual model
  const isModelNew = llm_model !== undefined && llm_model !== null && llm_model !== now.llm_model;
  if (isModelNew) providers[llm_provider] = { ...providers[llm_provider], model: llm_model };
  const isAddressNew = ollama_url !== undefined && ollama_url !== now.ollama_url;
  if (isAddressNew && ollama_url !== null)
    providers["ollama"] = { ...providers["ollama"], base_url: ollama_url };
  return providers;
}

/**
 * Saves what has changed and gives all of it. `before` is told how many jobs go on at once from now on, where that is
 * kept elsewhere too; what it throws saves nothing.
 *
 * @throws UsageError FT-PROVIDER-001, FT-SETTINGS-006.
 */
export async function changePlatformSettings(
  environment: Environment,
  change: SettingsChange,
  before: (jobs: number) => Promise<void> = async () => {},
): Promise<PlatformSettings> {
  const now = platformSettings(environment);
  requireUnchanged(change, now);
  const { llm_provider, max_concurrent_jobs, enable_caching, cache_ttl, log_level } = change;
  if (llm_provider !== undefined && llm_provider !== LOCAL) providerKinds.get(llm_provider);
  const own = { llm_provider, max_concurrent_jobs, enable_caching, cache_ttl, log_level };
  const given = Object.fromEntries(
    Object.entries(own).filter(
      ([name, value]) => value !== undefined && value !== now[name as keyof typeof own],
    ),
  );
  await before(max_concurrent_jobs ?? now.max_concurrent_jobs);
  await changeSettings(environment, (saved) => ({
    ...{ ...saved, ...given },
    providers: providersAfter(saved, change, now),
  }));
  return platformSettings(environment);
}
