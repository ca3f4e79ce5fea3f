// The environment as asking a provider sees it: .env of the folder, saved settings and a kept key put where its variables
// are looked for. Of keys the environment's own counts; of settings what is saved.
import type { Environment } from "../../core/paths.ts";
import { withDotEnv } from "../../providers/environment.ts";
import { providerKinds } from "../../providers/registry.ts";
import { readKey, shownKeys } from "./keys.ts";
import { readSettings, type SavedSettings } from "./settings.ts";
import { variables } from "./variables.ts";

/** The variables that saved settings stand for. */
export function savedVariables(saved: SavedSettings): Record<string, string> {
  const { llm_provider, max_concurrent_jobs, enable_caching, cache_ttl, log_level } = saved;
  const found: Record<string, string> = {
    ...(llm_provider !== undefined && { LLM_PROVIDER: llm_provider }),
    ...(max_concurrent_jobs !== undefined && { MAX_CONCURRENT_JOBS: String(max_concurrent_jobs) }),
    ...(enable_caching !== undefined && { ENABLE_CACHING: String(enable_caching) }),
    ...(cache_ttl !== undefined && { CACHE_TTL: String(cache_ttl) }),
    ...(log_level !== undefined && { LOG_LEVEL: log_level }),
  };
  for (const [name, { model, base_url }] of Object.entries(saved.providers ?? {})) {
    if (!providerKinds.has(name)) continue;
    const { addresses, modelVariable } = providerKinds.get(name);
    const [address] = addresses;
    if (base_url !== undefined && address !== undefined) found[address] = base_url;
    if (model === undefined) continue;
    if (modelVariable !== undefined) found[modelVariable] = model;
    else if (name === llm_provider) found["LLM_MODEL"] = model;
  }
  return found;
}

/** Variables that hold this provider's key and no other's. */
function ownKeys(name: string): string[] {
  const others = providerKinds.names().filter((other) => other !== name);
  const firsts = new Set(others.map((other) => providerKinds.get(other).keys[0]));
  return providerKinds.get(name).keys.filter((variable) => !firsts.has(variable));
}

/** The environment with .env of the folder and what is saved. Looked up each time: both may change under a server. */
export function withSaved(given: Environment, folder = process.cwd()): Environment {
  const environment = withDotEnv(given, folder, Object.keys(variables));
  return { ...environment, ...savedVariables(readSettings(environment)) };
}

/** With the kept key of one provider, where the environment has none: nobody else is sent it. */
export function withKeptKey(environment: Environment, name: string): Environment {
  if (!providerKinds.has(name) || !shownKeys(environment).has(name)) return environment;
  const own = ownKeys(name);
  const [variable] = own;
  const isSet = own.some((each) => (environment[each] ?? "").trim() !== "");
  const key = isSet || variable === undefined ? undefined : readKey(environment, name);
  return key === undefined ? environment : { ...environment, [variable as string]: key };
}
