// Providers as a person sets them: which there are, which is asked, with which model, where, and how its key ends.
import { FtError, UsageError } from "../../core/errors.ts";
import type { Environment } from "../../core/paths.ts";
import { connectedModels } from "../../providers/connect.ts";
import { addressOf, keyOf, namedModel, namedProvider } from "../../providers/environment.ts";
import { providerKinds } from "../../providers/registry.ts";
import type { ProviderKind } from "../../providers/types.ts";
import { LOCAL } from "../data/making/local-provider.ts";
import { keepKey, masked, shownKeys } from "./keys.ts";
import { withKeptKey, withSaved } from "./provider-environment.ts";
import { providerFetch, requireAllowedAddress } from "./provider-fetch.ts";
import { changeSettings, type SavedSettings } from "./settings.ts";

export interface ProviderFacts {
  name: string;
  about: string;
  /** Whether it answers nobody without a key. */
  needs_key: boolean;
  /** The end of its key; null where there is none. */
  api_key: string | null;
  key_source: "environment" | "keychain" | "file" | null;
  base_url: string | null;
  model: string | null;
  /** Whether it is asked where nobody says. */
  is_current: boolean;
}

/** What is asked where neither settings nor the environment name one. */
const usualProvider = "ollama";

function keyFacts(name: string, kind: ProviderKind, environment: Environment) {
  const own = keyOf(kind, environment);
  if (own !== undefined) return { api_key: masked(own), key_source: "environment" as const };
  const kept = shownKeys(environment).get(name);
  return kept === undefined
    ? { api_key: null, key_source: null }
    : { api_key: kept.masked, key_source: kept.in };
}

/** Without a name and password that may stand in it. */
function shownAddress(kind: ProviderKind, environment: Environment): string | null {
  const url = addressOf(kind, environment);
  if (url === undefined) return null;
  url.username = url.password = "";
  return url.href;
}

function factsOf(name: string, environment: Environment): ProviderFacts {
  const kind = providerKinds.get(name);
  return {
    ...{ name, about: kind.about, needs_key: kind.needsKey },
    ...keyFacts(name, kind, environment),
    base_url: shownAddress(kind, environment),
    model: namedModel(name, environment) ?? kind.model ?? null,
    is_current: (namedProvider(environment) ?? usualProvider) === name,
  };
}

function localFacts(environment: Environment): ProviderFacts {
  return {
    ...{ name: LOCAL, about: "the local engine, on this machine", needs_key: false },
    ...{ api_key: null, key_source: null, base_url: null },
    model: namedModel(LOCAL, environment) ?? null,
    is_current: namedProvider(environment) === LOCAL,
  };
}

/** @throws UsageError FT-PROVIDER-001. */
export function providerFacts(given: Environment, name: string): ProviderFacts {
  const environment = withSaved(given);
  return name === LOCAL ? localFacts(environment) : factsOf(name, environment);
}

export function listProviders(given: Environment): ProviderFacts[] {
  const environment = withSaved(given);
  const all = providerKinds.names().map((name) => factsOf(name, environment));
  return [...all, localFacts(environment)];
}

/** The one that is asked where nobody says. */
export function currentProvider(given: Environment): ProviderFacts {
  const name = namedProvider(withSaved(given)) ?? usualProvider;
  return providerFacts(given, name);
}

export interface ProviderModels {
  provider: string;
  models: string[];
  /** Whether it answered. */
  available: boolean;
  /** Why not. */
  error?: string;
}

/** What it has now; where it does not answer, what is known without asking. @throws UsageError FT-PROVIDER-001. */
export async function providerModels(given: Environment, name: string): Promise<ProviderModels> {
  const facts = providerFacts(given, name);
  const known = facts.model === null ? [] : [facts.model];
  if (name === LOCAL) {
    const { builtinModels } = await import("../../weights/builtin.ts");
    const models = (await builtinModels()).map((model) => model.name);
    return { provider: name, models, available: true };
  }
  try {
    const environment = withKeptKey(withSaved(given), name);
    const models = await connectedModels(name, {
      environment,
      timeout: 5000,
      fetch: providerFetch(),
    });
    return { provider: name, models, available: true };
  } catch (error) {
    // a missing key too
    if (!(error instanceof FtError)) throw error;
    return { provider: name, models: known, available: false, error: error.message };
  }
}

export interface ProviderChange {
  provider: string;
  model?: string | null | undefined;
  base_url?: string | null | undefined;
  /** Null takes it away. */
  api_key?: string | null | undefined;
}

/** What stays of a value: null takes it away, nothing said leaves it. */
const stays = (given: string | null | undefined, before: string | undefined): string | undefined =>
  given === null ? undefined : (given ?? before);

function changed(saved: SavedSettings, change: ProviderChange): SavedSettings {
  const { provider } = change;
  const before = saved.providers?.[provider];
  const model = stays(change.model, before?.model);
  const base_url = stays(change.base_url, before?.base_url);
  const own = {
    ...(model !== undefined && { model }),
    ...(base_url !== undefined && { base_url }),
  };
  return { ...saved, llm_provider: provider, providers: { ...saved.providers, [provider]: own } };
}

/**
 * Makes a provider the one that is asked, with these. @throws UsageError FT-PROVIDER-001 for a name, 004 for an address,
 * FT-SETTINGS-003 for an address that nobody may ask, 004 for what it has no place for.
 */
export async function configureProvider(
  environment: Environment,
  change: ProviderChange,
): Promise<ProviderFacts> {
  const { provider, base_url, api_key } = change;
  if (provider === LOCAL) {
    if (base_url ?? api_key) {
      throw new UsageError("FT-SETTINGS-004", {
        message: "the local engine takes neither an address nor a key",
        hint: "give provider and model alone",
      });
    }
  } else {
    const kind = providerKinds.get(provider);
    const url = base_url ? addressOf(kind, environment, base_url) : undefined;
    if (url !== undefined) await requireAllowedAddress(url);
  }
  await changeSettings(environment, (saved) => changed(saved, change));
  if (api_key !== undefined) await keepKey(environment, provider, api_key === "" ? null : api_key);
  return providerFacts(environment, provider);
}
