// A stream of JSON lines as a dataset: bounded in size, looked through whole before anything of it is kept.
import { open, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { temporaryNameFor } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import type { Store } from "../../store/index.ts";
import {
  createFilledDataset,
  fileInStep,
  type PlatformDataset,
  readDataset,
} from "../../store/platform/index.ts";
import { badExample, noExamples, uploadTooLarge } from "../../store/platform/platform-errors.ts";
import { examplesOf, lookThrough } from "./read-file.ts";

/** 1 GiB */
export const mostUploadBytes = 1 << 30;

export interface UploadRequest {
  /** As the file is called where it comes from; its last part without `.jsonl` is the dataset's name. */
  name: string;
  folder: string;
  domain?: string | undefined;
  description?: string | undefined;
  /** `mostUploadBytes` unless said. */
  mostBytes?: number | undefined;
}

async function spool(stream: AsyncIterable<Uint8Array>, path: string, most: number): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    let bytes = 0;
    for await (const part of stream) {
      bytes += part.length;
      if (bytes > most) throw uploadTooLarge(most);
      await handle.writeFile(part);
    }
  } finally {
    await handle.close();
  }
}

/** Throws FT-PLATFORM-003 with the line of the first bad row, -011 where it is too large, -012 where it is empty. */
export async function uploadDataset(
  store: Store,
  stream: AsyncIterable<Uint8Array>,
  { name, folder, domain, description, mostBytes = mostUploadBytes }: UploadRequest,
): Promise<PlatformDataset> {
  makeFolders(folder);
  const file = basename(name.replaceAll("\\", "/"));
  const temporary = temporaryNameFor(join(folder, "upload"));
  try {
    await spool(stream, temporary, mostBytes);
    const { format, bad } = await lookThrough(temporary);
    const [first] = bad;
    if (first !== undefined) {
      throw badExample(first.why, { file, line: first.line, field: first.field || undefined });
    }
    if (format === undefined) throw noExamples(file);
    const { id } = await createFilledDataset(store, {
      wanted: {
        ...{ name: file.replace(/\.jsonl$/i, ""), domain, description, format, folder },
        metadata: { uploaded_as: file },
      },
      examples: examplesOf(temporary),
    });
    await fileInStep(store, id);
    return await readDataset(store, id);
  } finally {
    await rm(temporary, { force: true });
  }
}
