// Paths of a job made independent of the folder in which it was submitted: another process does it, somewhere else.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
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
  for (let number = 1; ; number++) {
    const place = join(ftHome(environment), kind, number === 1 ? stamp : `${stamp}-${number}`);
    if (!existsSync(place)) return place;
  }
}
