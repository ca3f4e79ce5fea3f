// Large files on their way to becoming datasets: kept below the user's folder until the job that takes one in has done so,
// through a reload of the page and a restart of the studio. Files elsewhere are nobody's to remove.
import { randomUUID } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeFolders } from "../../../core/folders.ts";
import { type Environment, ftHome } from "../../../core/paths.ts";
import { listJobs, type Store } from "../../../store/index.ts";

/** Milliseconds for which a file waits that nobody takes in. */
const patience = 24 * 3600 * 1000;

const incomingFolder = (environment: Environment): string =>
  join(ftHome(environment), "studio", "incoming");

/** Writes a stream whole, or leaves nothing. Gives its path. */
export async function keepIncoming(
  environment: Environment,
  stream: Readable,
  name: string,
): Promise<string> {
  const folder = incomingFolder(environment);
  makeFolders(folder);
  const path = join(folder, `${randomUUID()}${extname(name).toLowerCase()}`);
  try {
    await pipeline(stream, createWriteStream(path, { flags: "wx", mode: 0o600 }));
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Removes what was kept for an import; a file of another folder stays. */
export async function forgetIncoming(environment: Environment, path: string): Promise<void> {
  if (dirname(resolve(path)) === resolve(incomingFolder(environment)))
    await rm(path, { force: true });
}

const waits = ["pending", "running", "paused"] as const;

/** Removes files that have waited for long and that no job is to take in any more. */
export async function sweepIncoming(store: Store, environment: Environment): Promise<void> {
  const folder = incomingFolder(environment);
  if (!existsSync(folder)) return;
  const wanted = new Set<string>();
  for (const status of waits)
    for (const { parameters } of await listJobs(store, { kind: "import", status, limit: 1000 }))
      wanted.add((parameters as { path: string }).path);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (!wanted.has(path) && Date.now() - mtimeMs > patience) await rm(path, { force: true });
  }
}
