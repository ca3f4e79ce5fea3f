// How much of the disk a run takes, by what it is for: what removing it frees.
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { listCheckpoints } from "./checkpoints.ts";
import { FINAL_MODEL } from "./run-folder.ts";

export interface RunWeight {
  finalModelBytes: number;
  checkpoints: { step: number; bytes: number }[];
  /** Events, settings, lists of rows. */
  otherBytes: number;
  /** All of it. */
  bytes: number;
}

/** Of all files beneath a folder; those that vanish meanwhile count nothing. */
export async function bytesBeneath(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
      return found?.size ?? 0;
    });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

export async function weighRun(folder: string): Promise<RunWeight> {
  const checkpoints = await Promise.all(
    listCheckpoints(folder).map(async ({ step, path }) => {
      return { step, bytes: await bytesBeneath(join(folder, "checkpoints", basename(path))) };
    }),
  );
  const finalModelBytes = await bytesBeneath(join(folder, FINAL_MODEL));
  const bytes = await bytesBeneath(folder);
  const named = checkpoints.reduce((sum, one) => sum + one.bytes, finalModelBytes);
  return { finalModelBytes, checkpoints, otherBytes: Math.max(0, bytes - named), bytes };
}
