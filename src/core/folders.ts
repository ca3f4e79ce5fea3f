// Makes folders. Not mkdir's own `recursive`: in a file system that refuses new names with "no such file", as /proc
// does, Node tries for ever.
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Makes a folder and those above it that are missing, for `mode` less the umask. Throws the file system's error. */
export function makeFolders(path: string, mode = 0o777): void {
  const folder = resolve(path);
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolders(parent, mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // another process may have been as quick
    if (!isFolder(folder)) throw error;
  }
}

/** Whether files can be written into `path`, or it can be made for them; makes nothing. Throws the file system's error. */
export function requireWritable(path: string): void {
  let nearest = resolve(path);
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  // the dot refuses a file
  accessSync(`${nearest}/.`, constants.W_OK);
}
