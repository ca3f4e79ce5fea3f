// Files of the hub into the cache: what is there is not fetched again, and what is begun goes on. Chooses no files.
import { statfs } from "node:fs/promises";
import { ExitCode, FtError } from "../core/errors.ts";
import type { ModelCache } from "./hub-cache.ts";
import type { HubConnection, RemoteFile } from "./hub-connection.ts";
import { downloadBlob } from "./hub-download.ts";
import { type OnProgress, Progress } from "./hub-progress.ts";

/** Where files come from and where they go. */
export interface Fetching {
  id: string;
  hub: HubConnection;
  cache: ModelCache;
  settings: { cacheDir: string };
  options: { onProgress?: OnProgress | undefined; signal?: AbortSignal | undefined };
}

/** Brings the files into the snapshot; returns how many had to be fetched. */
export async function fetchFiles(
  pull: Fetching,
  commit: string,
  files: readonly RemoteFile[],
): Promise<number> {
  const wanted = await missingBlobs(pull.cache, commit, files);
  const { id, hub, cache, options } = pull;
  const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
  const begun = await cache.begunBytes(new Set(wanted.map(({ etag }) => etag)));
  await checkSpace(pull.settings.cacheDir, total - begun);
  const progress = new Progress(wanted, options.onProgress);
  for (const file of wanted) {
    const onBytes = progress.of(file);
    const { signal } = options;
    await downloadBlob({ hub, id, commit, file, target: cache.blob(file.etag), onBytes, signal });
    await cache.link(commit, file.name, file.etag);
    progress.finished(file);
  }
  return wanted.length;
}

/** Files whose content is not in the cache; those whose content is there get their name at once. */
export async function missingBlobs(
  cache: ModelCache,
  commit: string,
  files: readonly RemoteFile[],
): Promise<RemoteFile[]> {
  const missing: RemoteFile[] = [];
  for (const file of files) {
    if (await cache.hasFile(commit, file.name, file.bytes)) continue;
    if (await cache.hasBlob(file.etag, file.bytes)) await cache.link(commit, file.name, file.etag);
    else missing.push(file);
  }
  return missing;
}

async function checkSpace(cacheDir: string, needed: number): Promise<void> {
  const space = await statfs(cacheDir).catch(() => undefined);
  const free = space === undefined ? Number.POSITIVE_INFINITY : space.bavail * space.bsize;
  if (needed <= free) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new FtError("FT-WEIGHTS-038", {
    message: `the download needs ${gigabytes(needed)}, ${cacheDir} has ${gigabytes(free)} free`,
    hint: "free space there, or: export HF_HUB_CACHE=/a/larger/disk",
    exitCode: ExitCode.doesNotFit,
  });
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
}

export function unwritable(cacheDir: string, cause: NodeJS.ErrnoException): FtError {
  const isFull = cause.code === "ENOSPC" || cause.code === "EDQUOT";
  return new FtError("FT-WEIGHTS-038", {
    message: `the cache ${cacheDir} cannot be written: ${cause.message}`,
    hint: "free or open it, or: export HF_HUB_CACHE=/another/folder",
    cause,
    ...(isFull ? { exitCode: ExitCode.doesNotFit } : {}),
  });
}
