// What is in the user's store, and older versions of it again, in plain data.
import { existsSync } from "node:fs";
import type { Environment } from "../../core/paths.ts";
import {
  type Drop,
  type DropQuery,
  findVersion,
  importFile,
  listDatasets,
  listDrops,
  findDataset,
  listVersions,
  noSuchFile,
  removeDataset,
  restoreVersion,
  type Store,
  undoDrops,
} from "../../store/index.ts";
import { editedForm } from "../../synth/edited/index.ts";
import { diffIn, type ToldDiff } from "./diff.ts";
import { importEdited } from "./edited.ts";
import { type ToldVersion, toldVersion } from "./told-version.ts";
import { withStore } from "./with-store.ts";

export type { ToldVersion };

export interface Imported extends ToldVersion {
  /** What differs from the version before; null where there was none, or nothing does. */
  differences: ToldDiff | null;
}

/** Rows told of what an import changed; all are counted. */
const toldRows = 50;

/** Keeps a file of JSON lines, or one that was edited as Markdown or CSV, as a version. */
export async function importRows(
  environment: Environment,
  request: { file: string; name: string; message: string | undefined },
): Promise<Imported> {
  const { file, name, message } = request;
  const form = editedForm(file);
  return await withStore(environment, async (store) => {
    if (form !== undefined && !existsSync(file)) throw noSuchFile(file);
    const known = (await listDatasets(store)).find((each) => each.name === name);
    const before = known?.headId ?? null;
    const version =
      form === undefined
        ? await importFile(store, name, file, message)
        : await importEdited(store, request, form);
    const told = toldVersion(name, version);
    const differences =
      before === null || version.id === before
        ? null
        : await diffIn(store, { before: told.version, after: undefined, limit: toldRows });
    return { ...told, differences };
  });
}

async function newestVersions(store: Store): Promise<ToldVersion[]> {
  const told: ToldVersion[] = [];
  for (const { name, headId } of await listDatasets(store)) {
    if (headId !== null) told.push(toldVersion(name, (await findVersion(store, name)).version));
  }
  return told;
}

/** Versions of one dataset, newest first; without a name, the newest of each. */
export async function history(
  environment: Environment,
  name: string | undefined,
): Promise<ToldVersion[]> {
  return await withStore(environment, async (store) => {
    if (name === undefined) return await newestVersions(store);
    const { dataset } = await findVersion(store, name);
    return (await listVersions(store, dataset.id)).map((each) => toldVersion(dataset.name, each));
  });
}

/** Rows that were dropped, with reasons. */
export async function dropsIn(
  environment: Environment,
  name: string,
  page: DropQuery,
): Promise<Drop[]> {
  return await withStore(environment, (store) => listDrops(store, name, page));
}

/** An older version as the newest; or dropped rows back, where their numbers are given. */
export async function restore(
  environment: Environment,
  reference: string,
  drops: readonly number[] | undefined,
): Promise<ToldVersion> {
  return await withStore(environment, async (store) => {
    const version =
      drops === undefined
        ? await restoreVersion(store, reference)
        : await undoDrops(store, reference, drops);
    const { dataset } = await findVersion(store, reference);
    return toldVersion(dataset.name, version);
  });
}

/** Throws UsageError FT-DATASET-001 where one of these is no dataset. */
export async function requireAll(
  environment: Environment,
  names: readonly string[],
): Promise<void> {
  await withStore(environment, async (store) => {
    for (const name of names) await findDataset(store, name);
  });
}

/** Takes datasets out of the lists: all of them, or none where one is unknown. */
export async function removeAll(environment: Environment, names: readonly string[]): Promise<void> {
  await withStore(environment, async (store) => {
    for (const name of names) await findDataset(store, name);
    for (const name of names) await removeDataset(store, name);
  });
}
