// Makes folders. Not mkdir's own `recursive`: in a file system that refuses new names with "no such file", as /proc
// does, Node tries for ever.
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Makes a folder and those above it that are missing. Throws the file system's error. */
export function makeFolders(path: string): void {
  const folder = resolve(path);
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolders(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // another process may have been as quick
    if (!isFolder(folder)) throw error;
  }
}
