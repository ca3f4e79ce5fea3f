// Paths of a job made independent of the folder in which it was submitted: another process does it, somewhere else.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expandHome } from "../../../core/paths.ts";

export const absolute = (path: string): string => resolve(expandHome(path));

/** What names no file here, such as a Hub id, stays as it is. */
export const found = <T extends string | undefined>(path: T): T =>
  (path !== undefined && existsSync(expandHome(path)) ? absolute(path) : path) as T;
