// Where the hub is, where its cache lives, and which token to send: read from the same variables as Python's client.
// Reads the environment and the token file; talks to nobody. Source: huggingface_hub 2.4, constants.py and _auth.py.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { Environment } from "../core/paths.ts";

export interface HubSettings {
  /** Without a slash at the end. */
  endpoint: string;
  cacheDir: string;
  token: string | undefined;
  offline: boolean;
  /** How long an answer may take to begin; undefined leaves it to the connection. */
  answerSeconds: number | undefined;
  /** How long the bytes of a file may stay away; likewise. */
  silenceSeconds: number | undefined;
}

/** What a caller may say instead of the environment. */
export interface HubOverrides {
  cacheDir?: string | undefined;
  token?: string | undefined;
  offline?: boolean | undefined;
}

const TRUE_WORDS = new Set(["1", "ON", "YES", "TRUE"]);

function isTrue(value: string | undefined): boolean {
  return TRUE_WORDS.has((value ?? "").toUpperCase());
}

/** `~` and `$NAME` as Python expands them. */
export function expanded(place: string, environment: Environment): string {
  const named = place.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced, plain) => {
    return environment[String(braced ?? plain)] ?? String(all);
  });
  const home = environment["HOME"] || homedir();
  return named === "~" || named.startsWith("~/") ? path.join(home, named.slice(1)) : named;
}

function seconds(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}

function hubHome(environment: Environment): string {
  if (environment["HF_HOME"]) return expanded(environment["HF_HOME"], environment);
  const cache = environment["XDG_CACHE_HOME"] || "~/.cache";
  return path.join(expanded(cache, environment), "huggingface");
}

function cacheRoot(environment: Environment): string {
  const named = environment["HF_HUB_CACHE"] || environment["HUGGINGFACE_HUB_CACHE"];
  return named ? expanded(named, environment) : path.join(hubHome(environment), "hub");
}

function clean(token: string | undefined): string | undefined {
  return token?.replaceAll(/[\r\n]/g, "").trim() || undefined;
}

function tokenFile(environment: Environment): string {
  const named = environment["HF_TOKEN_PATH"];
  return named ? expanded(named, environment) : path.join(hubHome(environment), "token");
}

function storedToken(environment: Environment): string | undefined {
  try {
    return clean(readFileSync(tokenFile(environment), "utf8"));
  } catch {
    return undefined;
  }
}

/** HF_TOKEN, HUGGING_FACE_HUB_TOKEN, then the file that `hf auth login` writes. */
export function hubToken(environment: Environment = process.env): string | undefined {
  if (isTrue(environment["HF_HUB_DISABLE_IMPLICIT_TOKEN"])) return undefined;
  return (
    clean(environment["HF_TOKEN"]) ??
    clean(environment["HUGGING_FACE_HUB_TOKEN"]) ??
    storedToken(environment)
  );
}

export function hubSettings(
  overrides: HubOverrides = {},
  environment: Environment = process.env,
): HubSettings {
  const endpoint = environment["HF_ENDPOINT"] || "https://huggingface.co";
  const offline = environment["HF_HUB_OFFLINE"] || environment["TRANSFORMERS_OFFLINE"];
  return {
    endpoint: endpoint.replace(/\/+$/, ""),
    cacheDir: path.resolve(overrides.cacheDir ?? cacheRoot(environment)),
    token: clean(overrides.token) ?? hubToken(environment),
    offline: overrides.offline ?? isTrue(offline),
    answerSeconds: seconds(environment["HF_HUB_ETAG_TIMEOUT"]),
    silenceSeconds: seconds(environment["HF_HUB_DOWNLOAD_TIMEOUT"]),
  };
}
