// The files of a folder by name, size and SHA-256, and what differs from that when it is looked at again.
// Reads them at constant memory; what they say is nothing to it.
import { lstatSync, realpathSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { hashFile } from "../core/file-hash.ts";

export interface DescribedFile {
  bytes: number;
  /** In hexadecimal. */
  sha256: string;
}

export const DescribedFiles = z.record(
  z.string(),
  z.object({ bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
);
/** By name, parts of a name joined by slashes on every system. */
export type DescribedFiles = Readonly<Record<string, DescribedFile>>;

export interface FileDifference {
  file: string;
  kind: "missing" | "changed" | "extra" | "refused";
  reason: string;
}

/** What a look at described files found. */
export interface VerifiedFiles {
  /** How many there should be. */
  files: number;
  differences: FileDifference[];
}

const LONGEST_NAME = 1024;
/** Control characters, and what is a separator or a drive on another system. */
const FOREIGN = /[\p{Cc}\\:]/u;

/** Whether a name that somebody else wrote stays within the folder that it is a name in. */
export function isInnerName(name: string): boolean {
  const parts = name.split("/");
  return (
    name.length <= LONGEST_NAME &&
    !FOREIGN.test(name) &&
    parts.every((part) => part !== "" && part !== "." && part !== "..")
  );
}

/** Names of all files in a folder and below it, in order; links are among them. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

/** Sizes and hashes of files of a folder; of all of them where none are named. */
export async function describeFiles(
  folder: string,
  names?: readonly string[],
): Promise<DescribedFiles> {
  const files: Record<string, DescribedFile> = {};
  for (const name of names ?? (await filesBelow(folder))) {
    const path = join(folder, name);
    files[name] = { bytes: (await stat(path)).size, sha256: await hashFile(path) };
  }
  return files;
}

/** In the hub's cache a snapshot holds links into the folder `blobs` beside it; no other link is followed. */
function leadsAway(folder: string, path: string): boolean {
  const real = realpathSync(path);
  const within = [realpathSync(folder), resolve(realpathSync(folder), "../../blobs")];
  return !within.some((place) => real.startsWith(`${place}${sep}`));
}

async function differenceOf(
  folder: string,
  file: string,
  expected: DescribedFile,
): Promise<FileDifference | undefined> {
  if (!isInnerName(file)) return { file, kind: "refused", reason: "no name of a file in here" };
  const path = join(folder, file);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return { file, kind: "missing", reason: "missing" };
  if (leadsAway(folder, path)) return { file, kind: "refused", reason: "a link to somewhere else" };
  if (!found.isFile()) return { file, kind: "changed", reason: "no file any more" };
  const changed = (reason: string): FileDifference => ({ file, kind: "changed", reason });
  if (found.size !== expected.bytes)
    return changed(`${found.size} bytes, expected ${expected.bytes}`);
  return (await hashFile(path)) === expected.sha256 ? undefined : changed("content changed");
}

/** What of the described files is not there, or not as it was. */
export async function differencesFrom(
  folder: string,
  files: DescribedFiles,
): Promise<FileDifference[]> {
  const found: FileDifference[] = [];
  for (const [name, expected] of Object.entries(files)) {
    const difference = await differenceOf(folder, name, expected);
    if (difference !== undefined) found.push(difference);
  }
  return found;
}

/** Files that are there and not described, but for those that `mayBe` allows. */
export async function extraFiles(
  folder: string,
  files: DescribedFiles,
  mayBe: (name: string) => boolean,
): Promise<FileDifference[]> {
  const extra = (await filesBelow(folder)).filter(
    (name) => !Object.hasOwn(files, name) && !mayBe(name),
  );
  return extra.map((file) => {
    const isLink = lstatSync(join(folder, file)).isSymbolicLink();
    return { file, kind: "extra", reason: isLink ? "a link that was not there" : "was not there" };
  });
}
