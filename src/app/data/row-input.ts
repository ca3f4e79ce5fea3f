// Rows that a command is given: a file of JSON lines, or a version of a dataset in the store.
import { existsSync, statSync } from "node:fs";
import type { Environment } from "../../core/paths.ts";
import { readRows, type Store } from "../../store/index.ts";
import { type LineBlock, readLineBlocks } from "../../synth/rows/row-blocks.ts";
import { missingRows, notAFile, notNewest, outputMissing } from "../../synth/rows/row-errors.ts";
import { withSet } from "./set-input.ts";

/** A dataset in the store, and whether the rows are those of its newest version. */
export interface StoredRows {
  readonly store: Store;
  readonly dataset: string;
  readonly isNewest: boolean;
}

export interface RowInput {
  /** For messages. */
  readonly name: string;
  /** From the first row, as often as they are asked for. */
  blocks(): AsyncGenerator<LineBlock>;
  /** The store and the dataset that the rows are of; undefined for a file. */
  readonly stored: StoredRows | undefined;
}

const blockRows = 1000;

async function* storedBlocks(store: Store, versionId: number): AsyncGenerator<LineBlock> {
  let lines: string[] = [];
  let firstLine = 1;
  for await (const { text } of readRows(store, versionId)) {
    lines.push(text);
    if (lines.length < blockRows) continue;
    yield { bytes: new TextEncoder().encode(lines.join("\n")), firstLine };
    firstLine += lines.length;
    lines = [];
  }
  if (lines.length > 0) yield { bytes: new TextEncoder().encode(lines.join("\n")), firstLine };
}

/** Opens rows for `work`. Throws DataError FT-ROWS-002 for what is neither a file nor a dataset, -008 for a folder. */
export async function withRows<T>(
  environment: Environment,
  reference: string,
  work: (input: RowInput) => Promise<T>,
): Promise<T> {
  return await withSet(environment, reference, {
    ofFile: async (file) => {
      if (!existsSync(file)) throw missingRows(reference, undefined);
      if (statSync(file).isDirectory()) throw notAFile(reference);
      return await work({
        name: reference,
        blocks: () => readLineBlocks(file),
        stored: undefined,
      });
    },
    ofVersion: async ({ store, dataset, version }) =>
      await work({
        name: reference,
        blocks: () => storedBlocks(store, version.id),
        stored: { store, dataset: dataset.name, isNewest: version.id === dataset.headId },
      }),
  });
}

/** Throws UsageError FT-ROWS-003: rows of a file stay nowhere unless that is said. */
export function requireOutput(input: RowInput, output: string | undefined): void {
  if (input.stored === undefined && output === undefined) throw outputMissing();
}

/** Throws UsageError FT-ROWS-004. */
export function requireNewest({ isNewest, dataset }: StoredRows): void {
  if (!isNewest) throw notNewest(dataset);
}
