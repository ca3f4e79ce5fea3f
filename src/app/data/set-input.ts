// What a command is given as a set: a file, or a version of a dataset in the store. The only place that tells which.
import { existsSync } from "node:fs";
import { type Environment, expandHome } from "../../core/paths.ts";
import { type Dataset, findVersion, type Store, type Version } from "../../store/index.ts";
import { withStore } from "../store/with-store.ts";

export interface FoundVersion {
  store: Store;
  dataset: Dataset;
  version: Version;
}

export interface SetWork<T> {
  /** `path` is there, or is no name of a dataset either. */
  ofFile(path: string): Promise<T>;
  ofVersion(found: FoundVersion): Promise<T>;
}

/** What looks like a file is one, there or not. */
const looksLikeFile = /[/\\]|\.(jsonl?|ndjson|csv|tsv|txt|parquet)$/i;

/** Does what is to be done with a file, or with NAME@VERSION while the store is open. Throws UsageError FT-DATASET-001. */
export async function withSet<T>(
  environment: Environment,
  reference: string,
  { ofFile, ofVersion }: SetWork<T>,
): Promise<T> {
  const path = expandHome(reference);
  if (existsSync(path) || looksLikeFile.test(reference)) return await ofFile(path);
  return await withStore(environment, async (store) =>
    ofVersion({ store, ...(await findVersion(store, reference)) }),
  );
}
