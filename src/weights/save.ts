// Writes tensors to one .safetensors file so that a crash leaves the old file or the new one, never a part.
// Not a stored model: names, folders and manifests belong to whoever calls.
import { open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { isTemporaryName, plainPath, temporaryNameFor } from "../core/atomic-files.ts";
import { FtError } from "../core/errors.ts";
import { makeFolders } from "../core/folders.ts";
import { shellWord } from "../core/shell.ts";
import { saveSafetensors, type Tensor } from "../mx/index.ts";

const EXTENSION = ".safetensors";

/**
 * Writes to a temporary name beside `file`, fsyncs, renames. Makes missing folders.
 * @throws FtError FT-WEIGHTS-021 (exit 1) when the disk refuses; `file` is then as it was.
 */
export async function saveTensors(
  file: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string> = {},
): Promise<void> {
  // MLX appends the extension to a name without it, and would then write elsewhere.
  const temporary = `${temporaryNameFor(path.resolve(file))}${EXTENSION}`;
  try {
    makeFolders(path.dirname(temporary));
    saveSafetensors(temporary, tensors, metadata);
    await synced(temporary);
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw notSaved(file, cause);
  }
  await synced(path.dirname(path.resolve(file)));
}

async function synced(target: string): Promise<void> {
  const handle = await open(target, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems refuse to sync a folder; the rename then has to do.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPERM" && code !== "EISDIR" && code !== "EINVAL") throw error;
  } finally {
    await handle.close();
  }
}

function notSaved(file: string, cause: unknown): FtError {
  const said = cause instanceof Error ? cause.message : String(cause);
  // The addon begins with the call and its arguments, here the name of every tensor, and the file of a passing name.
  const reason = said.replace(/^saveSafetensors\(.*\): /s, "").replace(/^writing .* failed: /s, "");
  return new FtError("FT-WEIGHTS-021", {
    at: { file: plainPath(file) },
    message: `the tensors could not be written: ${reason}`,
    hint: `df -h ${shellWord(lastingFolder(file))} shows the space left; make room there`,
    cause,
  });
}

/** The folder around `file` that is still there when a half-written one has been taken away. */
function lastingFolder(file: string): string {
  const folder = path.dirname(path.resolve(file));
  const parts = folder.split(path.sep);
  const temporary = parts.findIndex((part) => isTemporaryName(part));
  return temporary === -1 ? folder : parts.slice(0, temporary).join(path.sep);
}
