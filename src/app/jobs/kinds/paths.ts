// Paths of a job made independent of the folder in which it was submitted: another process does it, somewhere else.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { firstFree } from "../../../core/numbered-names.ts";
import { type Environment, expandHome, ftHome } from "../../../core/paths.ts";

export const absolute = (path: string): string => resolve(expandHome(path));

/** What names no file here, such as a Hub id, stays as it is. */
export const found = <T extends string | undefined>(path: T): T =>
  (path !== undefined && existsSync(expandHome(path)) ? absolute(path) : path) as T;

/** A folder of its own under FT_HOME, named by the time, for a job that names none. */
export function newPlace(environment: Environment, kind: string): string {
  const stamp = new Date()
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, "")
    .replace("T", "-");
  return firstFree(join(ftHome(environment), kind, stamp), (place) => !existsSync(place));
}
