// A file or a version of a data set exported for a service.
import { existsSync } from "node:fs";
import type { Environment } from "../../core/paths.ts";
import { findVersion, readRows, type Store } from "../../store/index.ts";
import {
  type ExportReport,
  exportRows,
  fileRows,
  type RowSource,
} from "../../synth/profiles/index.ts";
import { withStore } from "../store/with-store.ts";

export interface ExportSetRequest {
  /** A file, or NAME@VERSION of a data set in the store. */
  set: string;
  provider: string;
  out: string;
  from?: string | undefined;
  format?: string | undefined;
  keepsSource: boolean;
  skipsBadRows: boolean;
  metadata: boolean;
}

/** A version's rows, each as often as it is asked. */
async function storedRows(store: Store, reference: string): Promise<RowSource> {
  const { version } = await findVersion(store, reference);
  return async function* rows() {
    let line = 0;
    for await (const { text } of readRows(store, version.id))
      yield { line: ++line, value: JSON.parse(text) as unknown };
  };
}

/** What looks like a file is one, there or not. */
const isFile = (set: string): boolean =>
  existsSync(set) || /[/\\]|\.(jsonl?|ndjson|csv|tsv|txt)$/i.test(set);

export async function exportSet(
  environment: Environment,
  { set, ...request }: ExportSetRequest,
): Promise<ExportReport> {
  if (isFile(set)) return await exportRows({ ...request, name: set, rows: await fileRows(set) });
  return await withStore(environment, async (store) =>
    exportRows({ ...request, name: set, rows: await storedRows(store, set) }),
  );
}
