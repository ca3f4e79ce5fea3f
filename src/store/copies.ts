// Copies of the whole store: made while others write, looked through, and brought back.
// Not versions of a dataset: those are rows inside it (datasets/).
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { syncPath, temporaryNameFor } from "../core/atomic-files.ts";
import { copyPages, isDamaged, type SqliteFile } from "./driver.ts";
import { formOf, newestForm, openFile } from "./migrate.ts";
import { requireFile } from "./postgres/address.ts";
import { backupExists, storeDamaged, storeMissing } from "./store-errors.ts";

/** What SQLite finds wrong in a file; empty when all is well. Reads all of it. */
export function problemsOf(file: SqliteFile): string[] {
  try {
    const { rows } = file.execute("pragma integrity_check");
    const found = rows.map((row) => String(row["integrity_check"]));
    const orphans = file.execute("pragma foreign_key_check").rows;
    const lost = orphans.map((row) => `a row of ${row["table"]} names one that is not there`);
    return [...found.filter((line) => line !== "ok"), ...lost];
  } catch (error) {
    if (isDamaged(error)) return [(error as Error).message];
    throw error;
  }
}

function reading<T>(path: string, use: (file: SqliteFile) => T): T {
  if (!existsSync(path)) throw storeMissing(path);
  const file = openFile(path, { readOnly: true });
  try {
    return use(file);
  } finally {
    file.close();
  }
}

/** What is wrong with the store at `path`; empty when all is well. Throws when it is no store. */
export function checkStore(path: string): string[] {
  requireFile(path, "pg_amcheck");
  return reading(path, (file) => {
    formOf(file, path);
    return problemsOf(file);
  });
}

function requireSound(path: string): void {
  const problems = checkStore(path);
  if (problems.length > 0) throw storeDamaged(path, problems);
}

/**
 * Copies the store to `target` as it is at this moment; others may go on writing. The copy is checked, and is there
 * whole or not at all.
 */
export async function backupStore(path: string, target: string): Promise<void> {
  requireFile(path, "pg_dump");
  if (existsSync(target)) throw backupExists(target);
  if (!existsSync(path)) throw storeMissing(path);
  const temporary = temporaryNameFor(resolve(target));
  try {
    await copyPages(path, temporary);
    requireSound(temporary);
    await syncPath(temporary);
    await rename(temporary, target);
  } finally {
    await removeDatabase(temporary);
  }
}

async function removeDatabase(path: string): Promise<void> {
  for (const end of ["", "-wal", "-shm", "-journal"]) await rm(`${path}${end}`, { force: true });
}

const stamp = (now: Date): string => now.toISOString().replaceAll(/[-:]|\..*/g, "");

/**
 * Brings a copy back in one transaction, which other processes see as one change. What was there is kept beside it:
 * the path of that is returned, null when there was nothing.
 */
export async function restoreStore(
  path: string,
  copy: string,
  now: Date = new Date(),
): Promise<string | null> {
  requireFile(path, "pg_restore");
  requireSound(copy);
  if (!existsSync(path)) {
    await backupStore(copy, path);
    return null;
  }
  const kept = `${path}.before-${stamp(now)}`;
  if (isSound(path)) {
    await backupStore(path, kept);
    await copyPages(copy, path);
  } else {
    await rename(path, kept);
    await removeDatabase(path);
    await backupStore(copy, path);
  }
  return kept;
}

function isSound(path: string): boolean {
  try {
    return checkStore(path).length === 0;
  } catch {
    return false;
  }
}

/** A store of an earlier form is copied beside itself before it is moved up: `ft.db.form-1`. */
export function keepCopyBeforeMigrating(file: SqliteFile, path: string): void {
  const form = formOf(file, path);
  const copy = `${path}.form-${form}`;
  if (form === 0 || form === newestForm || existsSync(copy)) return;
  file.execute("vacuum into ?", [copy]);
}
