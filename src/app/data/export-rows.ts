// A file or a version of a dataset exported for a service.
import type { Environment } from "../../core/paths.ts";
import { readRows, type Store } from "../../store/index.ts";
import {
  type ExportReport,
  exportRows,
  fileRows,
  type RowSource,
} from "../../synth/profiles/index.ts";
import { withSet } from "./set-input.ts";

export interface ExportSetRequest {
  /** A file, or NAME@VERSION of a dataset in the store. */
  set: string;
  provider: string;
  out: string;
  from?: string | undefined;
  format?: string | undefined;
  keepsSource: boolean;
  names?: boolean | undefined;
  skipsBadRows: boolean;
  metadata: boolean;
}

/** A version's rows, each as often as it is asked. */
function storedRows(store: Store, versionId: number): RowSource {
  return async function* rows() {
    let line = 0;
    for await (const { text } of readRows(store, versionId))
      yield { line: ++line, value: JSON.parse(text) as unknown };
  };
}

export async function exportSet(
  environment: Environment,
  { set, ...request }: ExportSetRequest,
): Promise<ExportReport> {
  const write = async (rows: RowSource): Promise<ExportReport> =>
    await exportRows({ ...request, name: set, rows });
  return await withSet(environment, set, {
    ofFile: async (file) => await write(await fileRows(file)),
    ofVersion: async ({ store, version }) => await write(storedRows(store, version.id)),
  });
}
