// Finds and loads native addons, each once for a process. The only place that touches a `.node` file.
// Not a chooser of backends: each of src/mx/backends names the addon that it computes with.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { NativeError } from "../core/errors.ts";
import { shellWord } from "../core/shell.ts";
import type { Binding } from "./binding.ts";
import { kernelsWanted } from "./kernels.ts";
import { threadsWanted } from "./threads.ts";

const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

/** The addon that serves every backend but those with one of their own. */
export const MAIN_ADDON = "ft_native";

/** The package that has the addon for this platform, where ft was installed rather than cloned. */
const platformPackage = `@finetune-local/ft-${process.platform}-${process.arch}`;

function installedFile(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`${platformPackage}/${name}.node`);
  } catch {
    return undefined;
  }
}

/**
 * Where an addon is: `FT_ADDON` names another file for the main one; then what a clone built, then what the platform's
 * package holds. Where there is none, the place in a clone.
 */
export function addonFile(name: string): string {
  const override = process.env["FT_ADDON"];
  if (name === MAIN_ADDON && override !== undefined && override !== "") return override;
  const built = `${packageRoot}build/Release/${name}.node`;
  return existsSync(built) ? built : (installedFile(name) ?? built);
}

const loaded = new Map<string, Binding>();
let active = MAIN_ADDON;

/** A clone builds it; an installed package has none of its own. */
function wayToAddon(): string {
  const setup = `${packageRoot}setup.sh`;
  return existsSync(setup)
    ? `${shellWord(setup)} builds it`
    : `npm install the tarball of ${platformPackage}, which holds it; make pack in a clone writes that tarball`;
}

function load(name: string): Binding {
  const file = addonFile(name);
  try {
    if (!existsSync(file)) throw new RangeError("not there");
    // OpenMP's threads, libtorch's, spin while they wait unless told before they start: beside other work that takes
    // the processor from all of it.
    process.env["OMP_WAIT_POLICY"] ??= "PASSIVE";
    return refusingTheRest(name, createRequire(import.meta.url)(file) as Binding);
  } catch (error) {
    throw new NativeError("FT-NATIVE-001", {
      message: `the native addon for ${process.platform}-${process.arch} could not be loaded`,
      problems: [`${file}: ${error instanceof Error ? error.message : String(error)}`],
      hint: wayToAddon(),
    });
  }
}

/** The same, where each operation that the addon does not have is a function that says so: an addon may have a part. */
function refusingTheRest(name: string, exported: Binding): Binding {
  const get = (_: object, operation: string | symbol): unknown =>
    typeof operation === "symbol" ? undefined : () => refuse(name, operation);
  return Object.setPrototypeOf(exported, new Proxy({}, { get })) as Binding;
}

function refuse(name: string, operation: string): never {
  throw new NativeError("FT-NATIVE-002", {
    message: `the addon ${name} has no operation ${operation}: it supports only some of them`,
    hint: "FT_BACKEND=cpu computes it, with MLX; ft info shows what is used now",
  });
}

/** An addon by its name, loaded once. Throws NativeError FT-NATIVE-001, with what was tried, when there is none. */
export function addon(name: string): Binding {
  const known = loaded.get(name) ?? prepared(load(name));
  loaded.set(name, known);
  return known;
}

function prepared(fresh: Binding): Binding {
  const threads = threadsWanted(process.env);
  if (threads !== undefined) fresh.setThreads(threads);
  // an addon over another library has no kernels to switch off
  if (!kernelsWanted(process.env) && "setKernels" in fresh) fresh.setKernels(false);
  return fresh;
}

/** Makes an addon the one that computes: a backend's choice, made once for a process. */
export function useAddon(name: string): Binding {
  const chosen = addon(name);
  active = name;
  return chosen;
}

/** The addon that computes. Throws as `addon` does. */
export function binding(): Binding {
  return addon(active);
}
