// Every set at hand: those that ship, those of the store, and files of rows in folders. Looks at the first row of each for
// its format; counts rows only where the store knows the number.
import { readdirSync, realpathSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import type { Environment } from "../../core/paths.ts";
import { fileReaders } from "../../data/files/index.ts";
import { isObject } from "../../data/formats/format.ts";
import { formats } from "../../data/formats/index.ts";
import { findVersion, listDatasets, readPage, type Store } from "../../store/index.ts";
import { withStore } from "../store/with-store.ts";
import { dataCatalogue } from "./shipped.ts";

export interface ListedShipped {
  name: string;
  about: string;
  format: string;
  present: boolean;
}

export interface ListedSet {
  name: string;
  /** The newest: "support@3". */
  version: string;
  versions: number;
  rows: number;
  /** Of its first row; null where it is in none. */
  format: string | null;
  /** ISO 8601, of the newest version. */
  changedAt: string;
}

export interface ListedFile {
  path: string;
  bytes: number;
  format: string | null;
}

export interface ListedSets {
  shipped: ListedShipped[];
  stored: ListedSet[];
  files: ListedFile[];
}

export interface ListRequest {
  /** Folders that are looked through. Those that are not there have no files. */
  folders: readonly string[];
  /** Only sets of this row format. Throws DataFormatError for an unknown one. */
  format?: string | undefined;
}

/** Where `ft data` and `ft dataset` write unless told otherwise. */
export const usualFolders = ["data", "output_datasets"] as const;

function formatOf(row: unknown): string | null {
  if (!isObject(row)) return null;
  return formats.names().find((name) => formats.get(name).detect(row)) ?? null;
}

async function listedSet(store: Store, name: string): Promise<ListedSet> {
  const { version } = await findVersion(store, name);
  const [first] = (await readPage(store, version.id, { limit: 1 })).rows;
  return {
    name,
    version: `${name}@${version.number}`,
    versions: version.number,
    rows: version.size,
    format: first === undefined ? null : formatOf(JSON.parse(first.text)),
    changedAt: new Date(version.createdAt).toISOString(),
  };
}

async function storedSets(store: Store): Promise<ListedSet[]> {
  const sets: ListedSet[] = [];
  for (const { name, headId } of await listDatasets(store))
    if (headId !== null) sets.push(await listedSet(store, name));
  return sets;
}

async function fileFormat(path: string): Promise<string | null> {
  try {
    for await (const raw of fileReaders.get(extname(path).toLowerCase())(path))
      return "value" in raw ? formatOf(raw.value) : null;
  } catch {
    // what cannot be read is in no format; whoever uses it is told why
  }
  return null;
}

/** Plain text is seldom a set, and a name without an ending can be anything. */
const endings = new Set(fileReaders.names().filter((ending) => !["", ".txt"].includes(ending)));

const deepest = 4;

function filesBelow(folder: string, depth = 0): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return depth < deepest ? filesBelow(path, depth + 1) : [];
      return entry.isFile() && endings.has(extname(path).toLowerCase()) ? [path] : [];
    });
}

/** Throws DataFormatError for a format that there is not, and the errors of the store. */
export async function listSets(
  environment: Environment,
  { folders, format }: ListRequest,
): Promise<ListedSets> {
  const wanted = format === undefined ? undefined : formats.get(format);
  const isWanted = (found: string | null): boolean =>
    wanted === undefined || (found !== null && formats.get(found) === wanted);
  const catalogue = dataCatalogue();
  const ours = new Set(
    catalogue.flatMap(({ files }) =>
      files.filter(({ present }) => present).map(({ path }) => realpathSync(path)),
    ),
  );
  const files: ListedFile[] = [];
  for (const path of folders.flatMap((folder) => filesBelow(folder))) {
    if (ours.has(realpathSync(path))) continue;
    const found = await fileFormat(path);
    // JSON of other things is everywhere
    if (found === null && extname(path).toLowerCase() === ".json") continue;
    if (isWanted(found)) files.push({ path, bytes: statSync(path).size, format: found });
  }
  return {
    shipped: catalogue
      .filter((entry) => isWanted(entry.format))
      .map(({ name, about, format: form, present }) => ({ name, about, format: form, present })),
    stored: (await withStore(environment, storedSets)).filter((set) => isWanted(set.format)),
    files,
  };
}
