// A dataset of the platform as a version in the versioned store, and back from one.
import {
  commitRows,
  exportVersion,
  findVersion,
  listDatasets,
  type Store,
  type Version,
} from "../../store/index.ts";
import {
  describeDataset,
  exportRows,
  fileInStep,
  type PlatformDataset,
  readDataset,
} from "../../store/platform/index.ts";
import type { OnRow } from "./combine.ts";

/** What a name may be in the versioned store: letters, digits, dots, dashes and underscores. */
const plainName = (name: string): string =>
  (name.normalize("NFC").match(/[\p{L}\p{N}._]+/gu) ?? ["set"]).join("-").replace(/^[._]+/, "") ||
  "set";

async function nameFor(store: Store, { id, name, metadata }: PlatformDataset): Promise<string> {
  const before = metadata["kept_as"];
  if (typeof before === "string") return before;
  const plain = plainName(name);
  const names = new Set((await listDatasets(store)).map((set) => set.name));
  return names.has(plain) ? `${plain}-${id}` : plain;
}

export interface KeptVersion {
  /** Of the set in the versioned store. */
  name: string;
  version: Version;
}

/** Keeps the active examples as a version of the set of the same name, "-ID" behind it where another has the name. */
export async function keepVersion(
  store: Store,
  id: number,
  message: string,
  onRow?: OnRow,
): Promise<KeptVersion> {
  const dataset = await readDataset(store, id);
  const name = await nameFor(store, dataset);
  const facts = { action: "import", message, details: { dataset_id: id } };
  async function* rows(): AsyncGenerator<string> {
    for await (const row of exportRows(store, id)) {
      onRow?.();
      yield row;
    }
  }
  const version = await commitRows(store, name, rows(), facts);
  await describeDataset(store, id, { metadata: { ...dataset.metadata, kept_as: name } });
  return { name, version };
}

/**
 * Gives a dataset the rows of a version, `NAME@3`: rows that stay keep their numbers, all others are edits that can be
 * undone.
 */
export async function bringBack(
  store: Store,
  id: number,
  reference: string,
): Promise<PlatformDataset> {
  const { filePath } = await readDataset(store, id);
  const { version } = await findVersion(store, reference);
  await fileInStep(store, id);
  await exportVersion(store, version.id, filePath);
  await fileInStep(store, id);
  return await readDataset(store, id);
}
