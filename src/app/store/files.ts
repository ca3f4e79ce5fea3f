// Files that belong to datasets of the user's store.
import type { Environment } from "../../core/paths.ts";
import { type FileState, linkFile, syncFiles } from "../../store/index.ts";
import { editedForm } from "../../synth/edited/index.ts";
import { followedForm, writeEdited } from "./edited.ts";
import { withStore } from "./with-store.ts";

/** Writes a version as a file, once or with every new version; as Markdown or CSV where the name ends so. */
export async function writeVersion(
  environment: Environment,
  { version, file, follow }: { version: string; file: string; follow: boolean },
): Promise<FileState> {
  const form = editedForm(file);
  return await withStore(environment, async (store) => {
    if (form === undefined || follow)
      return await linkFile(store, version, file, { followsHead: follow, formOf: followedForm });
    const dataset = await writeEdited(store, { version, file }, form);
    return { path: file, dataset, state: "written" };
  });
}

/** Brings files up to the store; with `importChanged`, the store to files that were changed. */
export async function syncAll(
  environment: Environment,
  { name, importChanged }: { name: string | undefined; importChanged: boolean },
): Promise<FileState[]> {
  const of = name === undefined ? {} : { name };
  return await withStore(environment, (store) =>
    syncFiles(store, { ...of, importChanged, formOf: followedForm }),
  );
}
