// Both kinds of sets in one list: those of the dataset creator and those that are kept version by version.
import {
  findVersion,
  listDatasets as listKept,
  readPage,
  type Store,
} from "../../../store/index.ts";
import { bytesOfFiles, listDatasets, type PlatformDataset } from "../../../store/platform/index.ts";
import { formOf, rowForms } from "../../../synth/profiles/forms/index.ts";
import type { JsonObject } from "../../../text/types.ts";

export interface SetEntry {
  reference: string;
  kind: "numbered" | "kept";
  /** Of a numbered set. */
  id: number | null;
  name: string;
  format: string | null;
  rows: number;
  /** Of its file; null where it has none. */
  bytes: number | null;
  /** How it came to be, in a few words. */
  origin: string;
  /** Of a kept set, how many. */
  versions: number | null;
  changedAt: string;
}

/** What made a set is written into its metadata; the first that is there says it. */
const origins: readonly (readonly [field: string, words: (value: unknown) => string])[] = [
  ["uploaded_as", (value) => `file ${String(value)}`],
  ["merged_from", () => "merged"],
  ["sampled_from", (value) => `sample of ${String(value)}`],
  ["converted_from", (value) => `converted from ${String(value)}`],
  ["improved_from", (value) => `quality control of ${String(value)}`],
];

function originOf({ metadata, domain }: PlatformDataset): string {
  const [known] = origins.filter(([field]) => metadata[field] !== undefined);
  if (known !== undefined) return known[1](metadata[known[0]]);
  return domain === "custom" ? "by hand" : `generated: ${domain.replaceAll("_", " ")}`;
}

async function numberedSets(store: Store): Promise<SetEntry[]> {
  const { datasets } = await listDatasets(store);
  const bytes = await bytesOfFiles(store.db);
  return datasets.map((dataset) => ({
    ...{ reference: String(dataset.id), kind: "numbered", id: dataset.id, name: dataset.name },
    ...{ format: dataset.format, rows: dataset.exampleCount },
    ...{ bytes: bytes.get(dataset.id) ?? 0, origin: originOf(dataset) },
    ...{ versions: null, changedAt: dataset.updatedAt },
  }));
}

const formName = (row: JsonObject): string | null => {
  const form = formOf(row);
  return rowForms.names().find((name) => rowForms.get(name) === form) ?? null;
};

async function keptSets(store: Store): Promise<SetEntry[]> {
  const entries: SetEntry[] = [];
  for (const { name, headId } of await listKept(store)) {
    if (headId === null) continue;
    const { version } = await findVersion(store, name);
    const [first] = (await readPage(store, version.id, { limit: 1 })).rows;
    entries.push({
      ...{ reference: `sets:${name}`, kind: "kept", id: null, name },
      format: first === undefined ? null : formName(JSON.parse(first.text) as JsonObject),
      ...{ rows: version.size, bytes: null, origin: version.message || version.action },
      ...{ versions: version.number, changedAt: new Date(version.createdAt).toISOString() },
    });
  }
  return entries;
}

/** The last changed first. */
export async function listAllSets(store: Store): Promise<SetEntry[]> {
  const all = [...(await numberedSets(store)), ...(await keptSets(store))];
  return all.toSorted((a, b) => (a.changedAt < b.changedAt ? 1 : -1));
}
