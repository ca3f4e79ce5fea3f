// Files of JSON lines that somebody has put into the folder of datasets, found at the start: each becomes a dataset
// where it lies. A file with a bad line is told and left alone.
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { makeFolders } from "../../core/folders.ts";
import type { Store } from "../../store/index.ts";
import {
  createFilledDataset,
  datasetByFile,
  fileInStep,
  fileIsThere,
  printOf,
} from "../../store/platform/index.ts";
import { type BadLine, examplesOf, lookThrough } from "./read-file.ts";

export type FoundFile =
  | { path: string; state: "imported"; datasetId: number; rows: number }
  | { path: string; state: "refused"; badLines: number; bad: BadLine[] };

const named = /^(.+?)_\d{8}_?\d{6}(?:_improved(?:_\d+)?)?$/u;

/** `customer_support_20261127_083001.jsonl` is of customer_support; another name of "custom". */
export function domainOfFile(path: string): string {
  return named.exec(basename(path, ".jsonl"))?.[1] ?? "custom";
}

async function importFile(store: Store, folder: string, path: string): Promise<FoundFile> {
  const print = (await printOf(path)) ?? "";
  const { format, rows, bad, badLines, isPlain } = await lookThrough(path);
  if (badLines > 0 || format === undefined) {
    const empty = { line: 0, field: "", why: "the file has no rows" };
    return {
      ...{ path, state: "refused", badLines: Math.max(badLines, 1) },
      bad: bad.length === 0 ? [empty] : bad,
    };
  }
  const { id } = await createFilledDataset(store, {
    wanted: {
      name: basename(path, ".jsonl"),
      domain: domainOfFile(path),
      format,
      folder,
      filePath: path,
      metadata: { imported_from: path },
    },
    examples: examplesOf(path),
    also: (db, made) => fileIsThere(db, made, { path, print, isPlain }),
  });
  await fileInStep(store, id);
  return { path, state: "imported", datasetId: id, rows };
}

/** Makes datasets of the files that belong to none yet. Links are not followed. */
export async function importFolder(
  store: Store,
  folder: string,
  signal?: AbortSignal,
): Promise<FoundFile[]> {
  const from = resolve(folder);
  makeFolders(from);
  const entries = await readdir(from, { withFileTypes: true });
  const found: FoundFile[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (signal?.aborted === true) break;
    const isRows = entry.isFile() && entry.name.endsWith(".jsonl") && !entry.name.startsWith(".");
    const path = join(from, entry.name);
    if (!isRows || (await datasetByFile(store.db, path)) !== undefined) continue;
    found.push(await importFile(store, from, path));
  }
  return found;
}
