// Files that a command reads and files that it writes are different files: what is read is never written over, and no
// two outputs have one name. Looks at the disk, not at names: links and capitals make no difference.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { outputIsRead, outputTwice } from "./row-errors.ts";

type Path = string | undefined;

/** The same of two paths where they are one file. */
export function sameness(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? resolve(path) : `${found.dev}:${found.ino}`;
}

const named = (paths: readonly Path[]): string[] => paths.filter((path) => path !== undefined);

/** Throws UsageError FT-ROWS-006 where an output is read too, FT-ROWS-007 where two outputs are one file. */
export function requireApart(given: { reads: readonly Path[]; writes: readonly Path[] }): void {
  const reads = new Set(named(given.reads).map(sameness));
  const writes = new Set<string>();
  for (const path of named(given.writes)) {
    const same = sameness(path);
    if (reads.has(same)) throw outputIsRead(path);
    if (writes.has(same)) throw outputTwice(path);
    writes.add(same);
  }
}
