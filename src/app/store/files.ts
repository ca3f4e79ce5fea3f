// Files that belong to data sets of the user's store.
import { UsageError } from "../../core/errors.ts";
import type { Environment } from "../../core/paths.ts";
import { shellWord } from "../../core/shell.ts";
import { type FileState, linkFile, syncFiles } from "../../store/index.ts";
import { editedForm } from "../../synth/edited/index.ts";
import { writeEdited } from "./edited.ts";
import { withStore } from "./with-store.ts";

/** Writes a version as a file, once or with every new version; as Markdown or CSV, to be edited, once. */
export async function writeVersion(
  environment: Environment,
  { version, file, follow }: { version: string; file: string; follow: boolean },
): Promise<FileState> {
  const form = editedForm(file);
  if (form !== undefined && follow)
    throw new UsageError("FT-DATASET-023", {
      message:
        "--follow is for files of JSON lines: one that is being edited is not to be written again",
      hint: `ft data write ${shellWord(version)} ${shellWord(file)}`,
    });
  return await withStore(environment, async (store) => {
    if (form === undefined) return await linkFile(store, version, file, { followsHead: follow });
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
  return await withStore(environment, (store) => syncFiles(store, { ...of, importChanged }));
}
