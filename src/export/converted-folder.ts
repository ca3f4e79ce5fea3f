// A conversion written as a folder, one tensor at a time, which has to read as the model that it should be.
// That it comes whole or not at all is whole-output.ts's business.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { interrupted } from "../core/interrupted.ts";
import { planFittingModel } from "../models/index.ts";
import { retain, scope, type Tensor } from "../mx/index.ts";
import { type Provenance, writeManifest } from "../runs/index.ts";
import {
  openModelFolder,
  plannedBytes,
  type PlannedTensor,
  type TensorReader,
  writeModelFiles,
} from "../weights/index.ts";
import type { Conversion } from "./conversion.ts";
import { writeSideFiles } from "./model-folder.ts";
import { type WriteOptions, writeWhole } from "./whole-output.ts";

export interface FolderOptions extends WriteOptions {
  /** Of the largest file of weights; a larger tensor has a file of its own. */
  shardBytes?: number | undefined;
  /** Where it comes from, for the manifest that is written beside it; none is without. */
  provenance?: Provenance | undefined;
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
  { onProgress, signal, shardBytes }: FolderOptions,
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
    { metadata, ...(shardBytes !== undefined && { shardBytes }) },
  );
  let bytes = 0;
  for (const tensor of written) {
    onProgress?.({ tensor: tensor.name, bytes: (bytes += plannedBytes(tensor)), total });
    // writing blocks the event loop: without a pause, Ctrl-C would wait for the whole model
    await setImmediate();
    if (signal?.aborted === true)
      throw interrupted("while the model was written; nothing is left of it");
  }
}

/** Makes the folder. @throws ModelError where what was written does not read as a model. */
export async function writeConvertedFiles(
  folder: string,
  conversion: Conversion,
  options: FolderOptions = {},
): Promise<void> {
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
  if (options.provenance !== undefined) await writeManifest(folder, options.provenance);
}

/**
 * Writes the conversion as `folder`, whole or not at all.
 * @throws what `writeWhole` and `writeConvertedFiles` throw; FT-INTERRUPTED when the signal is given.
 */
export async function writeConversion(
  folder: string,
  conversion: Conversion,
  options: FolderOptions = {},
): Promise<void> {
  await writeWhole({ path: folder, kind: "folder", bytes: conversion.bytes }, (temporary) =>
    writeConvertedFiles(temporary, conversion, options),
  );
}
