// Folders that are one source as a whole, as chat exports are, among the paths of a folder or an archive.
import { recogniseCollection } from "./recognise.ts";

/** Folders of exports among those of sorted paths, outermost first; empty is the root. */
export function collectionsIn(names: readonly string[]): string[] {
  const found: string[] = [];
  const within = (folder: string): boolean => found.some((one) => isInside(folder, one));
  for (const folder of foldersOf(names)) {
    if (within(folder)) continue;
    if (recogniseCollection(relativeTo(folder, names)) !== undefined) found.push(folder);
  }
  return found;
}

/** Of paths with `/`; empty is the root. */
export const isInside = (path: string, folder: string): boolean =>
  folder === "" || path === folder || path.startsWith(`${folder}/`);

/** Those inside a folder, relative to it. */
export function relativeTo(folder: string, names: readonly string[]): string[] {
  if (folder === "") return [...names];
  return names
    .filter((name) => name.startsWith(`${folder}/`))
    .map((name) => name.slice(folder.length + 1));
}

function foldersOf(names: readonly string[]): string[] {
  const folders = new Set([""]);
  for (const name of names)
    for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1))
      folders.add(name.slice(0, at));
  return [...folders].sort();
}
