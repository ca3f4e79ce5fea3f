// Which provider makes rows, from what was said and what there is: a flag, a variable, Gemini's key, a running Ollama,
// our own engine. Sends no document anywhere.
import type { Environment } from "../../../core/paths.ts";
import { connect, ollamaModels } from "../../../providers/connect.ts";
import { keyOf, namedModel, namedProvider } from "../../../providers/environment.ts";
import { providerKinds } from "../../../providers/registry.ts";
import type { AnswerKeeping, Provider } from "../../../providers/types.ts";
import { cachingOf } from "../../settings/job-settings.ts";
import { withKeptKey, withSaved } from "../../settings/provider-environment.ts";
import { providerFetch } from "../../settings/provider-fetch.ts";
import { LOCAL, localProvider } from "./local-provider.ts";

export interface ProviderChoice {
  provider?: string | undefined;
  /** Where neither that nor a variable names one, instead of what there is. */
  usualProvider?: string | undefined;
  /** In turn: where one fails, the next is asked. */
  models: readonly string[];
  baseUrl?: string | undefined;
  /** Maximum seconds for one answer. */
  timeout: number;
  /** Requests at once. */
  concurrency: number;
  /** Nothing will be asked. */
  isForEstimate?: boolean;
}

export interface ChosenProvider {
  provider: Provider;
  /** Variables that hold its key, for what is told when it does not count. */
  keys: readonly string[];
  /** Named on the command line: documents may be sent to it. */
  isNamed: boolean;
}

/** What is asked where nobody says what. */
async function usual(environment: Environment): Promise<{ name: string; models: string[] }> {
  const google = withKeptKey(environment, "google");
  if (keyOf(providerKinds.get("google"), google) !== undefined) {
    return { name: "google", models: [] };
  }
  const [model] = await ollamaModels(environment);
  return model === undefined ? { name: LOCAL, models: [] } : { name: "ollama", models: [model] };
}

/** Those that were asked for, else the one that the environment names. */
function modelsOf(choice: ProviderChoice, name: string, environment: Environment): string[] {
  const variable = choice.models.length > 0 ? undefined : namedModel(name, environment);
  return variable === undefined ? [...choice.models] : [variable];
}

async function nameOf(choice: ProviderChoice, environment: Environment) {
  const compatible = choice.baseUrl === undefined ? undefined : "openai-compatible";
  const given = choice.provider ?? namedProvider(environment) ?? compatible ?? choice.usualProvider;
  if (given !== undefined) return { name: given, models: modelsOf(choice, given, environment) };
  const found = await usual(environment);
  const models = modelsOf(choice, found.name, environment);
  return { name: found.name, models: models.length > 0 ? models : found.models };
}

/** ENABLE_CACHING and CACHE_TTL. */
function keepingOf(environment: Environment): AnswerKeeping {
  const { enabled, hours } = cachingOf(environment);
  return { timeToLive: hours * 3_600_000, isShared: enabled };
}

/** @throws what `connect` and loading a model throw, ConfigError FT-SETTINGS-005. */
export async function chooseProvider(
  choice: ProviderChoice,
  given: Environment,
): Promise<ChosenProvider> {
  const chosen = await choose(choice, withSaved(given));
  chosen.provider.keeping = keepingOf(given);
  return chosen;
}

async function choose(choice: ProviderChoice, environment: Environment): Promise<ChosenProvider> {
  const { name, models } = await nameOf(choice, environment);
  const isNamed = choice.provider !== undefined || choice.baseUrl !== undefined;
  if (name === LOCAL) {
    const provider = await localProvider(models[0], choice.concurrency);
    return { provider, keys: [], isNamed };
  }
  const { baseUrl, timeout, isForEstimate = false } = choice;
  const keyed = withKeptKey(environment, name);
  const options = {
    ...{ models, baseUrl, environment: keyed, timeout: timeout * 1000, isForEstimate },
    fetch: providerFetch(),
  };
  return { provider: await connect(name, options), keys: providerKinds.get(name).keys, isNamed };
}
