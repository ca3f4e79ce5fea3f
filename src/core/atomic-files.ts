// Writes files and folders so that a crash leaves the old content or the new, never half of one.
// Not a lock: two writers of one path still race, and the last rename wins.
import { randomBytes } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { link, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { makeFolders } from "./folders.ts";

/**
 * Flushes a file or a folder's entries to the disk. Systems that cannot sync a folder are left
 * alone.
 */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EPERM" && code !== "EISDIR" && code !== "EINVAL") throw error;
  } finally {
    await handle.close();
  }
}

/** Bytes of a name that file systems take. */
const longestName = 255;

/** A name next to `path` that no other writer uses; hidden so that listings skip it. Of a very long name, the beginning. */
export function temporaryNameFor(path: string): string {
  const suffix = `.tmp-${process.pid}-${randomBytes(4).toString("hex")}`;
  let name = basename(path);
  while (Buffer.byteLength(`.${name}${suffix}`) > longestName)
    name = Array.from(name).slice(0, -1).join("");
  return join(dirname(path), `.${name}${suffix}`);
}

/** Whether `temporaryNameFor` made this name: what a crash left unfinished. */
export function isTemporaryName(name: string): boolean {
  return /^\..+\.tmp-\d+-[0-9a-f]{8}$/.test(name);
}

/** A path of which some parts are such names, as it is meant to be called once all is written. */
export function plainPath(path: string): string {
  return path.replaceAll(/(^|[\\/])\.([^\\/]+?)\.tmp-\d+-[0-9a-f]{8}[^\\/]*/g, "$1$2");
}

/**
 * Writes `data` to `path` through a temporary file: write, fsync, rename, fsync of the folder.
 * Missing parent folders are made. `mode` is that of a new file, 0o644 when not given.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: { mode?: number } = {},
): Promise<void> {
  const target = resolve(path);
  makeFolders(dirname(target));
  const temporary = temporaryNameFor(target);
  try {
    const handle = await open(temporary, "wx", options.mode ?? 0o644);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncPath(dirname(target));
}

/** Writes `value` as indented JSON with a final newline, atomically. */
export function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  return writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Gives a file that is written its final name, both in one folder, after syncing it. */
export async function replaceFileAtomic(temporary: string, final: string): Promise<void> {
  await syncPath(temporary);
  await rename(temporary, final);
  await syncPath(dirname(resolve(final)));
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncPath(path);
  }
  await syncPath(folder);
}

/**
 * Gives the temporary file or folder its name where nothing stands there; an empty folder gives way to a folder. Throws
 * the system's EEXIST, ENOTEMPTY or ENOTDIR where somebody was quicker: nothing of theirs is touched.
 */
export async function placeNew(temporary: string, final: string): Promise<void> {
  const target = resolve(final);
  const isFolder = (await stat(temporary)).isDirectory();
  if (isFolder) {
    await syncTree(temporary);
    await rename(temporary, target);
  } else {
    await syncPath(temporary);
    await placeFile(temporary, target);
  }
  await syncPath(dirname(target));
}

/** A second name refuses what is there, which a rename would replace; some file systems have no second names. */
async function placeFile(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || existsSync(target)) throw error;
    await rename(temporary, target);
    return;
  }
  await rm(temporary);
}

/** Where the old folder waits while the new one takes its name. */
function asideName(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.replaced`);
}

/**
 * Gives `temporaryFolder` the name `finalFolder`, both on one file system, after syncing every file
 * in it.
 * No system call swaps two folders everywhere, so an existing folder is first set aside: after a
 * crash between the two renames, `recoverFolder` puts it back.
 */
export async function replaceFolderAtomic(
  temporaryFolder: string,
  finalFolder: string,
): Promise<void> {
  const target = resolve(finalFolder);
  await recoverFolder(target);
  await syncTree(temporaryFolder);
  const aside = asideName(target);
  if (existsSync(target)) await rename(target, aside);
  await rename(temporaryFolder, target);
  await syncPath(dirname(target));
  await rm(aside, { recursive: true, force: true });
}

/** Undoes a `replaceFolderAtomic` that a crash cut short. True when the old folder was put back. */
export async function recoverFolder(finalFolder: string): Promise<boolean> {
  const target = resolve(finalFolder);
  const aside = asideName(target);
  if (!existsSync(aside)) return false;
  if (existsSync(target)) {
    await rm(aside, { recursive: true, force: true });
    return false;
  }
  await rename(aside, target);
  return true;
}
