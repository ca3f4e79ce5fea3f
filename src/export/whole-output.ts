// A file or a folder as large as a model, written under a passing name that becomes its own when all of it is there:
// whole or not at all, over nothing, and only where there is room. What is in it is the caller's business.
import { existsSync, lstatSync } from "node:fs";
import { readdir, rm, statfs } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { placeNew, temporaryNameFor } from "../core/atomic-files.ts";
import { ExitCode, FtError, UsageError } from "../core/errors.ts";
import { makeFolders } from "../core/folders.ts";
import { answers } from "../core/process-alive.ts";
import { shellWord } from "../core/shell.ts";
import { formatBytes } from "../core/units.ts";

/** How far writing has come. */
export interface WriteProgress {
  /** That was written last. */
  tensor: string;
  bytes: number;
  total: number;
}

export interface WriteOptions {
  onProgress?: ((progress: WriteProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export type OutputKind = "file" | "folder";

/** What stands at a place, in words of its content; an empty folder may become the one that is written. */
async function heldAt(place: string, kind: OutputKind): Promise<readonly string[]> {
  if (lstatSync(place, { throwIfNoEntry: false }) === undefined) return [];
  const held = await readdir(place).catch(() => ["a file"]);
  return kind === "file" ? [...held, "a folder"] : held;
}

/** @throws UsageError FT-USAGE-014 when there is something at `output` already. */
export async function requireNothingAt(output: string, kind: OutputKind = "folder"): Promise<void> {
  // an empty name is the folder that one is in, and a link that leads nowhere is something too
  const place = resolve(output);
  if ((await heldAt(place, kind)).length === 0) return;
  throw new UsageError("FT-USAGE-014", {
    message: `${output === "" ? place : output} is there already and is not overwritten`,
    hint: "give another name, or delete what is there",
  });
}

function nearestFolder(path: string): string {
  let folder = dirname(resolve(path));
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

/** Of configuration, tokenizer and the file system's own. */
const BESIDE = 64e6;

/** @throws FtError FT-WEIGHTS-022 (exit 5) when the disk has no room for so much. */
export async function requireRoom(output: string, bytes: number): Promise<void> {
  const disk = nearestFolder(output);
  const space = await statfs(disk).catch(() => undefined);
  const free = space === undefined ? Number.POSITIVE_INFINITY : space.bavail * space.bsize;
  if (bytes + BESIDE <= free) return;
  throw new FtError("FT-WEIGHTS-022", {
    message: `the output needs ${formatBytes(bytes)}, ${disk} has ${formatBytes(free)} free`,
    hint: "make room there, or write it to another disk",
    exitCode: ExitCode.doesNotFit,
  });
}

function notWritten(output: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof FtError || code === undefined || syscall === undefined) return error;
  return new FtError("FT-WEIGHTS-021", {
    at: { file: output },
    message: `the tensors could not be written: ${(error as Error).message}`,
    hint: `df -h ${shellWord(nearestFolder(output))} shows the space left; make room there`,
    cause: error,
  });
}

/** What writers of the same name left when they were killed: as large as a model, and nobody's any more. */
async function removeAbandoned(output: string): Promise<void> {
  const parent = dirname(output);
  for (const name of await readdir(parent).catch(() => [])) {
    const [, of, pid] = /^\.(.+)\.tmp-(\d+)-[0-9a-f]{8}$/.exec(name) ?? [];
    if (of === basename(output) && !answers(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

export interface Output {
  /** The file's or the folder's name; nothing may be there. */
  path: string;
  kind: OutputKind;
  /** How many it is going to take, at least. */
  bytes: number;
}

const taken = new Set(["EEXIST", "ENOTEMPTY", "ENOTDIR", "EISDIR"]);

/**
 * `write` makes the file or the folder under the name that it is given.
 * @throws UsageError FT-USAGE-014 when something is there; FtError FT-WEIGHTS-022 without room, 021 when the disk
 * refuses; what `write` throws, and nothing is left.
 */
export async function writeWhole(
  { path, kind, bytes }: Output,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const place = resolve(path);
  await requireNothingAt(path, kind);
  await removeAbandoned(place);
  await requireRoom(path, bytes);
  const temporary = temporaryNameFor(place);
  try {
    makeFolders(dirname(place));
    await write(temporary);
    await placeNew(temporary, place);
  } catch (error) {
    // another writer may have been quicker
    if (taken.has((error as NodeJS.ErrnoException).code ?? "")) await requireNothingAt(path, kind);
    throw notWritten(path, error);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
