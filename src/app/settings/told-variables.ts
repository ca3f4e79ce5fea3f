// Every variable with its value and where that comes from, for a person. Keys are masked.
import { join } from "node:path";
import { type Environment, ftHome } from "../../core/paths.ts";
import { withDotEnv } from "../../providers/environment.ts";
import { providerKinds } from "../../providers/registry.ts";
import { masked, shownKeys } from "./keys.ts";
import { savedVariables } from "./provider-environment.ts";
import { type ServiceVariable, serviceVariables } from "./service-variables.ts";
import { readSettings } from "./settings.ts";
import { type Variable, variables } from "./variables.ts";

export type VariableSource =
  | "environment"
  | ".env"
  | "settings"
  | "keychain"
  | "keys file"
  | "token file"
  | "default";

export interface ToldVariable {
  name: string;
  /** Null: nothing is said and there is no usual value. Of a key, its end. */
  value: string | null;
  source: VariableSource;
  about: string;
}

function usualOf(name: string, { usual }: Variable, environment: Environment): string | null {
  if (usual !== undefined) return usual.replace("$FT_HOME", ftHome(environment));
  const kind = providerKinds
    .names()
    .map((each) => providerKinds.get(each))
    .find(({ modelVariable }) => modelVariable === name);
  return kind?.model ?? null;
}

interface Said {
  given: Environment;
  dotEnv: Environment;
  saved: Readonly<Record<string, string>>;
}

function told(name: string, variable: Variable, { given, dotEnv, saved }: Said): ToldVariable {
  const { about, keyOf } = variable;
  const here = (text: string): string => (keyOf === undefined ? text : masked(text));
  const own = given[name];
  // what is saved counts before the environment, of everything but keys
  if (keyOf === undefined && saved[name] !== undefined)
    return { name, value: saved[name], source: "settings", about };
  if (own) return { name, value: here(own), source: "environment", about };
  const written = dotEnv[name];
  if (written) return { name, value: here(written), source: ".env", about };
  const kept = keyOf === undefined ? undefined : shownKeys(given).get(keyOf);
  if (kept !== undefined) {
    const source = kept.in === "file" ? "keys file" : "keychain";
    return { name, value: kept.masked, source, about };
  }
  return { name, value: usualOf(name, variable, given), source: "default", about };
}

/** An address may hold a name and a password. */
const withoutPassword = (text: string): string => text.replace(/(\/\/)[^/@\s]+@/, "$1…@");

function toldService(
  name: string,
  variable: ServiceVariable,
  { given, dotEnv }: Said,
): ToldVariable {
  const { about, isSecret = false, inDotEnv = false, usual = null, instead } = variable;
  const shown = (text: string): string => (isSecret ? masked(text) : withoutPassword(text));
  const own = given[name];
  if (own) return { name, value: shown(own), source: "environment", about };
  const written = inDotEnv ? dotEnv[name] : undefined;
  if (written) return { name, value: shown(written), source: ".env", about };
  const other = instead?.(given);
  if (other !== undefined) return { name, ...other, value: shown(other.value), about };
  return { name, value: usual, source: "default", about };
}

export function toldVariables(given: Environment, folder = process.cwd()): ToldVariable[] {
  const names = [...Object.keys(variables), ...Object.keys(serviceVariables)];
  const dotEnv = withDotEnv(given, folder, names);
  const said = { given, dotEnv, saved: savedVariables(readSettings(given)) };
  return [
    ...Object.entries(variables).map(([name, variable]) => told(name, variable, said)),
    ...Object.entries(serviceVariables).map(([name, each]) => toldService(name, each, said)),
  ];
}

/** DATA_DIR, else `datasets` in the user's data folder. */
export const dataFolder = (environment: Environment): string =>
  environment["DATA_DIR"] || join(ftHome(environment), "datasets");
