// Where Tinker is and with which key it is asked, from the environment or a `.env`. The key goes into a header and
// nowhere else.
import type { Environment } from "../../core/paths.ts";
import { ADDRESS_VARIABLES, badAddress, KEY_VARIABLE, missingKey, noKey } from "./errors.ts";

const usualAddress = "https://tinker.thinkingmachines.dev/services/tinker-prod";

/** Of the protocol that is spoken here; the service answers by what it knows of it. */
export const PROTOCOL_VERSION = "0.38.0";

/** Everything that is read of the environment. */
export const TINKER_VARIABLES = [
  KEY_VARIABLE,
  ...ADDRESS_VARIABLES,
  "TINKER_PROJECT_ID",
  "TINKER_TAGS",
] as const;

export interface TinkerSettings {
  /** Without a slash at its end. */
  baseUrl: string;
  key: string;
  projectId?: string | undefined;
  tags: readonly string[];
}

function valueOf(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === "" ? undefined : value;
}

function addressOf(environment: Environment): string {
  const name = ADDRESS_VARIABLES.find((each) => valueOf(environment, each) !== undefined);
  if (name === undefined) return usualAddress;
  const text = valueOf(environment, name) ?? "";
  if (!URL.canParse(text)) throw badAddress(name, `'${text}'`);
  const { protocol, hostname, username, password } = new URL(text);
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  if (username !== "" || password !== "") throw badAddress(name, "it holds a name or a password");
  if (protocol !== "https:" && !(protocol === "http:" && isHere))
    throw badAddress(name, "a key travels over https alone, except to this machine");
  return text.replace(/\/+$/, "");
}

/** @throws FtError FT-REMOTE-001 without a key, 002 and 003 for what is no key and no address. */
export function tinkerSettings(environment: Environment): TinkerSettings {
  const baseUrl = addressOf(environment);
  const key = valueOf(environment, KEY_VARIABLE);
  if (key === undefined) throw missingKey();
  if (!/^(?:tml-|eyJ)[\x21-\x7e]+$/.test(key)) throw noKey();
  const tags = (valueOf(environment, "TINKER_TAGS") ?? "").split(",").map((tag) => tag.trim());
  return {
    ...{ baseUrl, key },
    projectId: valueOf(environment, "TINKER_PROJECT_ID"),
    tags: [...new Set(tags)].filter((tag) => tag !== ""),
  };
}
