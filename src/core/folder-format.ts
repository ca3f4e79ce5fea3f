// The form of a folder that outlives the version of ft that made it: a number in it, and steps that bring an older form
// to that of today. What a step touches is copied first, and put back where a step was broken off: it is then done from
// the beginning. A newer form is refused. Knows no folder by name: home-format.ts is the user's.
import {
  closeSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { writeJsonAtomic } from "./atomic-files.ts";
import { ConfigError, ExitCode, FtError } from "./errors.ts";
import { makeFolders } from "./folders.ts";
import { isAlive, type ProcessIdentity, thisProcess } from "./process-alive.ts";
import { shellWord } from "./shell.ts";

export interface Migration {
  /** What changes, for a person. */
  about: string;
  /** Files and folders that it changes, makes or removes, from the folder: kept as they were. */
  touches: readonly string[];
  migrate(folder: string): Promise<void>;
}

/** A form and the steps to it: the first leads from version 1, which folders without a number have, to version 2. */
export type Migrations = readonly Migration[];

const FORMAT_FILE = "format.json";
const LOCK_FILE = "format.lock";

/** Whose it was before, beside what it holds now. */
const backupOf = (version: number): string => `before-version-${version + 1}`;

export const latestOf = (migrations: Migrations): number => migrations.length + 1;

/** The version of a folder's form; 1 where nothing says. Throws FT-FORMAT-003 for what is no number. */
export function versionOf(folder: string): number {
  const file = join(folder, FORMAT_FILE);
  if (!existsSync(file)) return 1;
  try {
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: unknown };
    if (Number.isSafeInteger(version) && Number(version) >= 1) return Number(version);
  } catch {
    // said below
  }
  throw new ConfigError("FT-FORMAT-003", {
    at: { file },
    message: "Cannot read the format version of this folder",
    hint: `write {"version": 1} into ${shellWord(file)} if an older ft made the folder, or move the folder away`,
  });
}

function newer(folder: string, version: number, latest: number): ConfigError {
  return new ConfigError("FT-FORMAT-001", {
    message: `${folder} was written by a newer ft: it has format version ${version}, and this ft reads up to ${latest}`,
    hint: "npm install -g @finetune-local/ft@latest, or another folder: FT_HOME=FOLDER",
  });
}

function busy(folder: string, holder: ProcessIdentity | undefined): FtError {
  const who = holder === undefined ? "another ft" : `process ${holder.pid}`;
  return new FtError(
    "FT-FORMAT-002",
    {
      message: `${who} is upgrading ${folder} to the current format`,
      hint: `wait for it to end; if no ft is doing so: rm ${shellWord(join(folder, LOCK_FILE))}`,
    },
    ExitCode.temporary,
  );
}

function holderOf(lock: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(lock, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function tryLock(lock: string): boolean {
  try {
    const file = openSync(lock, "wx");
    writeSync(file, JSON.stringify(thisProcess()));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** One process at a time. A lock whose process is gone is taken over. Throws FT-FORMAT-002, exit 75. */
function locked(folder: string): () => void {
  const lock = join(folder, LOCK_FILE);
  if (!tryLock(lock)) {
    const holder = holderOf(lock);
    if (holder === undefined || isAlive(holder)) throw busy(folder, holder);
    rmSync(lock, { force: true });
    if (!tryLock(lock)) throw busy(folder, holderOf(lock));
  }
  return () => rmSync(lock, { force: true });
}

/** Copies what a step will touch; the copy gets its name when it is whole. */
function backUp(folder: string, backup: string, touches: readonly string[]): void {
  const making = `${backup}.making`;
  rmSync(making, { recursive: true, force: true });
  makeFolders(making);
  for (const name of touches) {
    const from = join(folder, name);
    if (existsSync(from)) cpSync(from, join(making, name), { recursive: true });
  }
  renameSync(making, backup);
}

/** Everything that was touched as it was; what was not there goes. */
function putBack(folder: string, backup: string, touches: readonly string[]): void {
  for (const name of touches) {
    rmSync(join(folder, name), { recursive: true, force: true });
    const kept = join(backup, name);
    if (existsSync(kept)) cpSync(kept, join(folder, name), { recursive: true });
  }
}

async function step(folder: string, version: number, migration: Migration): Promise<void> {
  const backup = join(folder, backupOf(version));
  // There, though the version is still the old one: the step was broken off.
  if (existsSync(backup)) putBack(folder, backup, migration.touches);
  else backUp(folder, backup, migration.touches);
  await migration.migrate(folder);
  await writeJsonAtomic(join(folder, FORMAT_FILE), { version: version + 1 });
}

const isNew = (folder: string): boolean => !existsSync(folder) || readdirSync(folder).length === 0;

/**
 * Brings a folder to the form of today; what was done, for a person. A folder that is not there, or is empty, gets its
 * version when there is more than one. Throws FT-FORMAT-001 for a newer form.
 */
export async function bringUpToDate(folder: string, migrations: Migrations): Promise<string[]> {
  const latest = latestOf(migrations);
  const found = versionOf(folder);
  if (found > latest) throw newer(folder, found, latest);
  if (found === latest) return [];
  if (isNew(folder)) {
    makeFolders(folder);
    await writeJsonAtomic(join(folder, FORMAT_FILE), { version: latest });
    return [];
  }
  const release = locked(folder);
  try {
    const done: string[] = [];
    // Another process may have done some while this one waited.
    for (let version = versionOf(folder); version < latest; version++) {
      const migration = migrations[version - 1] as Migration;
      await step(folder, version, migration);
      done.push(`${migration.about}; as it was: ${join(folder, backupOf(version))}`);
    }
    return done;
  } finally {
    release();
  }
}
