// A conversion written as a folder: one tensor at a time, under a passing name, which becomes the folder's when all of
// it is there and reads as the model that it should be. What breaks off leaves nothing.
import { existsSync, lstatSync } from "node:fs";
import { mkdir, readdir, rm, statfs, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { replaceFolderAtomic, temporaryNameFor } from "../core/atomic-files.ts";
import { ExitCode, FtError, UsageError } from "../core/errors.ts";
import { interrupted } from "../core/interrupted.ts";
import { shellWord } from "../core/shell.ts";
import { formatBytes } from "../core/units.ts";
import { planFittingModel } from "../models/index.ts";
import { retain, scope, type Tensor } from "../mx/index.ts";
import {
  openModelFolder,
  plannedBytes,
  type PlannedTensor,
  type TensorReader,
  writeModelFiles,
} from "../weights/index.ts";
import type { Conversion } from "./conversion.ts";
import { writeSideFiles } from "./model-folder.ts";

export interface ConversionProgress {
  /** That was written last. */
  tensor: string;
  bytes: number;
  total: number;
}

export interface WriteOptions {
  onProgress?: ((progress: ConversionProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** @throws UsageError FT-USAGE-014 when there is something at `folder` already. */
export async function requireNothingAt(folder: string): Promise<void> {
  // an empty name is the folder that one is in, and a link that leads nowhere is something too
  const place = resolve(folder);
  if (lstatSync(place, { throwIfNoEntry: false }) === undefined) return;
  const held = await readdir(place).catch(() => ["a file"]);
  if (held.length === 0) return;
  throw new UsageError("FT-USAGE-014", {
    message: `${folder === "" ? place : folder} is there already and is not overwritten`,
    hint: `give another name, or first: rm -r ${shellWord(place)}`,
  });
}

function nearestFolder(path: string): string {
  let folder = dirname(resolve(path));
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

/** Of configuration, tokenizer and the file system's own. */
const BESIDE = 64e6;

/** @throws FtError FT-WEIGHTS-022 (exit 5) when the disk has no room for the copy. */
export async function requireRoom(folder: string, bytes: number): Promise<void> {
  const disk = nearestFolder(folder);
  const space = await statfs(disk).catch(() => undefined);
  const free = space === undefined ? Number.POSITIVE_INFINITY : space.bavail * space.bsize;
  if (bytes + BESIDE <= free) return;
  throw new FtError("FT-WEIGHTS-022", {
    message: `the converted model needs ${formatBytes(bytes)}, ${disk} has ${formatBytes(free)} free`,
    hint: "make room there, or write it to another disk",
    exitCode: ExitCode.doesNotFit,
  });
}

/** The tensor in the type that was told, evaluated; frees the one given. */
function typed(tensor: Tensor, { dtype }: PlannedTensor): Tensor {
  if (tensor.dtype === dtype) return tensor;
  try {
    return retain(scope(() => tensor.astype(dtype)));
  } finally {
    tensor.dispose();
  }
}

async function writeTensors(
  folder: string,
  { tensors, bytes: total, packed }: Conversion,
  reader: TensorReader,
  { onProgress, signal }: WriteOptions,
): Promise<void> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const metadata = { format: packed.size > 0 ? "mlx" : "pt" };
  const written = writeModelFiles(
    folder,
    tensors,
    (name, file) => {
      const tensor = typed(reader.read(name), byName.get(name) as PlannedTensor);
      file.write(name, tensor);
      tensor.dispose();
    },
    { metadata },
  );
  let bytes = 0;
  for (const tensor of written) {
    onProgress?.({ tensor: tensor.name, bytes: (bytes += plannedBytes(tensor)), total });
    // writing blocks the event loop: without a pause, Ctrl-C would wait for the whole model
    await setImmediate();
    if (signal?.aborted === true)
      throw interrupted("while the model was converted; nothing is left of it");
  }
}

async function writeAll(
  folder: string,
  conversion: Conversion,
  options: WriteOptions,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await writeSideFiles(conversion.companions, folder);
  const config = `${JSON.stringify(conversion.config, null, 2)}\n`;
  await writeFile(join(folder, "config.json"), config);
  const reader = conversion.load();
  try {
    await writeTensors(folder, conversion, reader, options);
  } finally {
    reader.close();
  }
  await planFittingModel(await openModelFolder(folder));
}

function notWritten(folder: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof FtError || code === undefined || syscall === undefined) return error;
  return new FtError("FT-WEIGHTS-021", {
    at: { file: folder },
    message: `the tensors could not be written: ${(error as Error).message}`,
    hint: `df -h ${shellWord(nearestFolder(folder))} shows the space left; make room there`,
    cause: error,
  });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What conversions into the same folder left when they were killed: as large as a model, and nobody's any more. */
async function removeAbandoned(folder: string): Promise<void> {
  const parent = dirname(folder);
  for (const name of await readdir(parent).catch(() => [])) {
    const [, of, pid] = /^\.(.+)\.tmp-(\d+)-[0-9a-f]{8}$/.exec(name) ?? [];
    if (of === basename(folder) && !isRunning(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

/**
 * Writes the conversion as `folder`, whole or not at all.
 * @throws UsageError FT-USAGE-014 when something is there; FtError FT-WEIGHTS-022 without room, 021 when the disk
 * refuses, FT-INTERRUPTED when the signal is given.
 */
export async function writeConversion(
  folder: string,
  conversion: Conversion,
  options: WriteOptions = {},
): Promise<void> {
  await requireNothingAt(folder);
  await removeAbandoned(resolve(folder));
  await requireRoom(folder, conversion.bytes);
  const temporary = temporaryNameFor(resolve(folder));
  try {
    await writeAll(temporary, conversion, options);
    await replaceFolderAtomic(temporary, folder);
  } catch (error) {
    throw notWritten(folder, error);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
