// Files that belong to data sets of the user's store.
import type { Environment } from "../../core/paths.ts";
import { type FileState, linkFile, syncFiles } from "../../store/index.ts";
import { withStore } from "./with-store.ts";

/** Writes a version as a file, once or with every new version. */
export async function writeVersion(
  environment: Environment,
  { version, file, follow }: { version: string; file: string; follow: boolean },
): Promise<FileState> {
  return await withStore(environment, (store) =>
    linkFile(store, version, file, { followsHead: follow }),
  );
}

/** Brings files up to the store; with `importChanged`, the store to files that were changed. */
export async function syncAll(
  environment: Environment,
  { name, importChanged }: { name: string | undefined; importChanged: boolean },
): Promise<FileState[]> {
  const of = name === undefined ? {} : { name };
  return await withStore(environment, (store) => syncFiles(store, { ...of, importChanged }));
}
