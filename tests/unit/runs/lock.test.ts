import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireLock, lockHolder } from "../../../src/runs/lock.ts";
import { makeFolder } from "../../support/folders.ts";

function lockAs(folder: string, holder: Record<string, unknown>): void {
  writeFileSync(join(folder, "run.lock"), JSON.stringify({ host: hostname(), ...holder }));
}

/** The id of a process that has just ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid ?? 0;
}

test("names this process while it is held, and is gone after release", () => {
  const folder = makeFolder();
  const lock = acquireLock(folder);
  expect(lockHolder(folder)).toBe(process.pid);
  expect(() => acquireLock(folder)).toThrow(`(process ${process.pid})`);
  lock.release();
  expect(existsSync(join(folder, "run.lock"))).toBe(false);
});

test("the lock of a dead process is replaced", async () => {
  const folder = makeFolder();
  lockAs(folder, { pid: await deadProcess(), started: null });
  expect(lockHolder(folder)).toBeUndefined();
  acquireLock(folder).release();
});

test("a process id used again by a younger process does not hold the lock", () => {
  const folder = makeFolder();
  lockAs(folder, { pid: process.pid, started: "long ago" });
  expect(lockHolder(folder)).toBeUndefined();
  const lock = acquireLock(folder);
  expect(lockHolder(folder)).toBe(process.pid);
  lock.release();
});

test("a lock of another machine is respected", () => {
  const folder = makeFolder();
  lockAs(folder, { pid: 1, started: null, host: "another-machine" });
  expect(() => acquireLock(folder)).toThrow("Another run is writing");
});

test("a damaged lock file is replaced", () => {
  const folder = makeFolder({ "run.lock": "{" });
  const lock = acquireLock(folder);
  expect(readFileSync(join(folder, "run.lock"), "utf8")).toContain(`"pid":${process.pid}`);
  lock.release();
});
