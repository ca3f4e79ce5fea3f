import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { acquireLock, lockHolder } from "../../../src/runs/lock.ts";
import { makeFolder } from "../../support/folders.ts";
import { refusal } from "../../support/refusal.ts";

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
  const again = refusal(() => acquireLock(folder), FtError);
  expect(again.message).toContain(`(process ${process.pid})`);
  expect(again.hint).toBe(`Wait for it to end; ft runs show ${folder} shows its progress`);
  expect(refusal(() => acquireLock(folder, { isNew: true }), FtError).hint).toContain("--output");
  lock.release();
  expect(existsSync(join(folder, "run.lock"))).toBe(false);
});

test("the lock of a dead process is replaced", async () => {
  const folder = makeFolder();
  lockAs(folder, { pid: await deadProcess(), started: null });
  expect(lockHolder(folder)).toBeUndefined();
  acquireLock(folder).release();
});

test.skipIf(process.platform !== "linux")(
  "a process that has ended does not hold the lock, though its parent has not asked how it ended",
  async () => {
    // The shell becomes a program that never asks.
    const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 300"]);
    try {
      const [chunk] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(chunk.toString());
      const folder = makeFolder();
      lockAs(folder, { pid, started: null });
      const isZombie = (): boolean => readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
      await vi.waitUntil(isZombie, { timeout: 90_000 });
      expect(lockHolder(folder)).toBeUndefined();
    } finally {
      parent.kill("SIGKILL");
    }
  },
);

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
  const error = refusal(() => acquireLock(folder), FtError);
  expect(error.message).toContain("Another run is writing");
  expect(error.message).toContain("(process 1 on another-machine)");
  expect(error.hint).toContain(`rm ${join(folder, "run.lock")}`);
});

test("a damaged lock file is replaced", () => {
  const folder = makeFolder({ "run.lock": "{" });
  utimesSync(join(folder, "run.lock"), 1, 1);
  const lock = acquireLock(folder);
  expect(readFileSync(join(folder, "run.lock"), "utf8")).toContain(`"pid":${process.pid}`);
  lock.release();
});

test("one that the clock says is still to be written is replaced too", () => {
  const folder = makeFolder({ "run.lock": "" });
  const later = Date.now() / 1000 + 3600;
  utimesSync(join(folder, "run.lock"), later, later);
  acquireLock(folder).release();
});

test("a lock whose holder is only just being written is respected", () => {
  const folder = makeFolder({ "run.lock": "" });
  expect(() => acquireLock(folder)).toThrow("Another run is writing");
});
