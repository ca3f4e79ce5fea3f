// Modules of the user that register architectures, templates, profiles and the like by being imported.
// Loaded where a configuration is checked and, again, in the process that trains.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../core/errors.ts";

/** A path, from the working folder, as a URL; a URL as it is. */
export function extensionUrl(extension: string): string {
  return /^(file|data|node):/.test(extension) ? extension : pathToFileURL(resolve(extension)).href;
}

/** Imports each once. Throws UsageError FT-USAGE-007 for one that cannot be loaded. */
export async function loadExtensions(extensions: readonly string[] = []): Promise<void> {
  for (const extension of extensions) {
    try {
      await import(extensionUrl(extension));
    } catch (cause) {
      throw new UsageError("FT-USAGE-007", {
        message: `the extension ${extension} cannot be loaded: ${String(cause)}`,
        hint: "--extension takes the path of a JavaScript module",
        cause,
      });
    }
  }
}
