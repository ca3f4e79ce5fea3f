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

/** Every variable that means something to a provider. */
export function providerVariables(): string[] {
  const kinds = providerKinds.names().map((name) => providerKinds.get(name));
  const own = kinds.flatMap(({ keys, addresses }) => [...keys, ...addresses]);
  return [...new Set([PROVIDER_VARIABLE, MODEL_VARIABLE, ...own])];
}

/** The environment, with what providers need of `.env` in the folder where the environment says nothing. */
export function withDotEnv(environment: Environment, folder: string): Environment {
  const path = join(folder, ".env");
  if (!existsSync(path)) return environment;
  const written = parseEnv(readFileSync(path, "utf8"));
  const wanted = providerVariables().filter((name) => !environment[name] && written[name]);
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
