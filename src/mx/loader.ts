// Finds and loads the native addon once for a process. The only place that touches a `.node` file.
// Not a chooser of backends: src/mx/backends decides which device the loaded addon uses.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { NativeError } from "../core/errors.ts";
import type { Binding } from "./binding.ts";
import { threadsWanted } from "./threads.ts";

const packageRoot = fileURLToPath(new URL("../../", import.meta.url));

/** Places that are tried, in order; `FT_ADDON` names one file and excludes the others. */
function candidates(): string[] {
  const override = process.env["FT_ADDON"];
  if (override !== undefined && override !== "") return [override];
  return [`${packageRoot}build/Release/ft_native.node`];
}

let loaded: Binding | undefined;

function load(): Binding {
  const tried: string[] = [];
  for (const path of candidates()) {
    if (!existsSync(path)) {
      tried.push(`${path}: not there`);
      continue;
    }
    try {
      return createRequire(import.meta.url)(path) as Binding;
    } catch (error) {
      tried.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new NativeError("FT-NATIVE-001", {
    message: `the native addon for ${process.platform}-${process.arch} could not be loaded`,
    problems: tried,
    hint: "./setup.sh builds it",
  });
}

/** The addon. Throws NativeError FT-NATIVE-001, with what was tried, when there is none. */
export function binding(): Binding {
  loaded ??= prepared(load());
  return loaded;
}

function prepared(addon: Binding): Binding {
  const threads = threadsWanted(process.env);
  if (threads !== undefined) addon.setThreads(threads);
  return addon;
}
