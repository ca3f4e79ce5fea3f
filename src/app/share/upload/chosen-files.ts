// Which files of a result go to the hub, and why the others stay: what only this machine needs, what holds secrets by its
// name, what training left behind. By names alone; scan-files.ts looks inside.
import { existsSync, lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { isTemporaryName } from "../../../core/atomic-files.ts";
import { isSecretFile } from "../../../core/secrets.ts";
import { filesBelow, listCheckpoints, MANIFEST_FILE } from "../../../runs/index.ts";
import type { UploadSource } from "./source.ts";

export interface LeftOut {
  path: string;
  why: string;
}

export interface ChosenFile {
  /** In the repository. */
  path: string;
  /** On this disk. */
  file: string;
}

const inside = (name: string, ...folders: string[]): boolean =>
  folders.some((folder) => name.startsWith(`${folder}/`) || name.includes(`/${folder}/`));

interface Reason {
  why: string;
  applies(name: string): boolean;
  /** It goes all the same when checkpoints are asked for. */
  isOfTraining?: boolean;
}

const last = (name: string): string => name.split("/").at(-1) ?? "";

const reasons: readonly Reason[] = [
  { why: "written anew for the upload", applies: (name) => name === MANIFEST_FILE },
  {
    why: "its name says that it holds keys or passwords",
    applies: isSecretFile,
  },
  {
    why: "useful on this machine only",
    applies: (name) =>
      inside(name, ".git", ".cache", "__pycache__", "node_modules", ".ipynb_checkpoints") ||
      /^(?:\.DS_Store|Thumbs\.db|\.gitignore|.*\.lock|.*\.log|.*\.incomplete)$/.test(last(name)) ||
      isTemporaryName(last(name)),
  },
  {
    why: "it holds training rows",
    applies: (name) =>
      /\.(?:jsonl|csv|tsv|parquet|arrow|db|sqlite3?)$/.test(name) && !/vocab/.test(name),
  },
  {
    why: "a checkpoint or optimizer state; --checkpoints uploads it",
    isOfTraining: true,
    applies: (name) =>
      inside(name, "checkpoints") ||
      /(?:^|\/)checkpoint-\d+\//.test(name) ||
      /^(?:optimizer.*|scheduler\.pt|scaler\.pt|rng_state.*|training_args\.bin|trainer_state\.json|state\.json|\d+_adapters\.safetensors)$/.test(
        last(name),
      ),
  },
];

function reasonAgainst(name: string, checkpoints: boolean): string | undefined {
  const found = reasons.find(
    ({ applies, isOfTraining }) => applies(name) && !(isOfTraining === true && checkpoints),
  );
  return found?.why;
}

const isWithin = (place: string, folder: string): boolean =>
  existsSync(folder) && place.startsWith(`${realpathSync(folder)}${sep}`);

/** A link out of the folder may lead to anything of this machine; in the hub's cache it leads to the file's content. */
function reasonOfLink({ file }: ChosenFile, folder: string): string | undefined {
  if (!existsSync(file)) return "a link to a missing file";
  if (!lstatSync(file).isSymbolicLink()) return undefined;
  if (!statSync(file).isFile()) return "a link to something other than a file";
  const isSnapshot = basename(dirname(folder)) === "snapshots";
  const homes = [folder, ...(isSnapshot ? [join(folder, "..", "..", "blobs")] : [])];
  const isOwn = homes.some((home) => isWithin(realpathSync(file), home));
  return isOwn ? undefined : "a link to a file outside the folder";
}

/** Of a run, its checkpoints too: they lie beside the result. */
async function checkpointFiles({ run, folder }: UploadSource): Promise<ChosenFile[]> {
  if (run === undefined || run === folder) return [];
  const files: ChosenFile[] = [];
  for (const { step, path } of listCheckpoints(run)) {
    for (const name of await filesBelow(path))
      files.push({ path: `checkpoints/step-${step}/${name}`, file: join(path, name) });
  }
  return files;
}

/** @returns what may go, and what stays with the reason. */
export async function chosenFiles(
  source: UploadSource,
  checkpoints: boolean,
): Promise<{ files: ChosenFile[]; leftOut: LeftOut[] }> {
  const own = (await filesBelow(source.folder)).map((path) => ({
    ...{ path, file: join(source.folder, path) },
  }));
  const beside = checkpoints ? await checkpointFiles(source) : [];
  const files: ChosenFile[] = [];
  const leftOut: LeftOut[] = [];
  for (const each of [...own, ...beside]) {
    const why =
      reasonOfLink(each, source.run ?? source.folder) ?? reasonAgainst(each.path, checkpoints);
    if (why === undefined) files.push(each);
    else if (each.path !== MANIFEST_FILE) leftOut.push({ path: each.path, why });
  }
  return { files, leftOut };
}
