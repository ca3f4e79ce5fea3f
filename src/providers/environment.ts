// Keys and addresses of services: from the environment, else from the `.env` of a folder. Reads nothing else of it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Environment } from "../core/paths.ts";
import { badAddress } from "./errors.ts";
import { providerKinds } from "./registry.ts";
import type { ProviderKind } from "./types.ts";

/** What to ask where nothing is said on the command line. */
export const PROVIDER_VARIABLE = "AGENT_PROVIDER";
export const MODEL_VARIABLE = "AGENT_MODEL";

/** The first that is set counts. */
const PROVIDER_VARIABLES = [PROVIDER_VARIABLE, "LLM_PROVIDER"] as const;
const MODEL_VARIABLES = [MODEL_VARIABLE, "LLM_MODEL"] as const;

/** Every variable that means something to a provider. */
export function providerVariables(): string[] {
  const kinds = providerKinds.names().map((name) => providerKinds.get(name));
  const own = kinds.flatMap(({ keys, addresses, modelVariable = [] }) =>
    [...keys, ...addresses].concat(modelVariable),
  );
  return [...new Set([...PROVIDER_VARIABLES, ...MODEL_VARIABLES, ...own])];
}

/** The provider that the environment names. */
export const namedProvider = (environment: Environment): string | undefined =>
  firstSet(PROVIDER_VARIABLES, environment);

/** The model that the environment names for a provider: LLM_MODEL is that of LLM_PROVIDER, where that is set. */
export function namedModel(name: string, environment: Environment): string | undefined {
  const kind = providerKinds.has(name) ? providerKinds.get(name) : undefined;
  const own = kind?.modelVariable === undefined ? [] : [kind.modelVariable];
  const whose = firstSet(["LLM_PROVIDER"], environment) ?? name;
  const shared = whose === name ? ["LLM_MODEL"] : [];
  return firstSet([MODEL_VARIABLE, ...own, ...shared], environment);
}

/** The environment, with what providers need of `.env` in the folder where the environment says nothing. */
export function withDotEnv(
  environment: Environment,
  folder: string,
  more: readonly string[] = [],
): Environment {
  const path = join(folder, ".env");
  if (!existsSync(path)) return environment;
  const written = parseEnv(readFileSync(path, "utf8"));
  const names = [...new Set([...providerVariables(), ...more])];
  const wanted = names.filter((name) => !environment[name] && written[name]);
  return { ...environment, ...Object.fromEntries(wanted.map((name) => [name, written[name]])) };
}

const firstSet = (names: readonly string[], environment: Environment): string | undefined =>
  names
    .map((name) => environment[name]?.trim())
    .find((value) => value !== undefined && value !== "");

export const keyOf = ({ keys }: ProviderKind, environment: Environment): string | undefined =>
  firstSet(keys, environment);

/** `0.0.0.0:11434`, `host` and `:11434` are addresses to Ollama. */
function completed(address: string, usual: URL | undefined): string {
  if (/^[a-z]+:\/\//i.test(address)) return address;
  const [host = "", port = usual?.port ?? ""] = address.split(":");
  const named = host === "" || host === "0.0.0.0" ? "127.0.0.1" : host;
  return port === "" ? `http://${named}` : `http://${named}:${port}`;
}

/**
 * The address of a service: the one given, one of the environment, or the usual one; undefined where there is none.
 * One without a path gets that of the service's usual address. Throws UsageError FT-PROVIDER-004.
 */
export function addressOf(
  kind: ProviderKind,
  environment: Environment,
  given?: string,
): URL | undefined {
  const usual = kind.address === undefined ? undefined : new URL(kind.address);
  const named = given ?? firstSet(kind.addresses, environment);
  if (named === undefined) return usual;
  let url: URL;
  try {
    url = new URL(completed(named, usual));
  } catch {
    throw badAddress(named);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw badAddress(named);
  if (url.pathname === "/") url.pathname = usual?.pathname ?? "/v1";
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** Whether what is sent there stays on this machine. */
export function isHere({ hostname }: URL): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}
