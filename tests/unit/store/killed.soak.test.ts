// Workers in several processes, killed with -9 at random moments: every unit's result is there once, every answer is
// paid for once, and what was under way is told. Four kills, fifty with FT_SOAK=1.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import {
  budgetOfJob,
  checkStore,
  createJob,
  eventsAfter,
  listUnits,
  progressOf,
  readBudget,
  readJob,
  type Store,
} from "../../../src/store/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { fileStore, storeAt } from "../../support/open-stores.ts";
import { rounds } from "../../support/soak.ts";

const program = fileURLToPath(new URL("../../support/store-worker.ts", import.meta.url));
const slots = 4;
const price = 1000;

async function startWorker(path: string, bill: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", program, storeAt(path), bill], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout!, "data");
  return child;
}

async function untilKilled(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

const units = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `u${index}`, mostAttempts: 1000 }));

async function expectAllOnce(store: Store, id: string, bill: string, kills: number): Promise<void> {
  const { job, spending } = await progressOf(store, id);
  const count = job.units.total;
  expect(job).toMatchObject({ status: "completed", units: { done: count, failed: 0 } });
  const made = await sql<{ unit: string }>`select unit from made`.execute(store.db);
  expect(made.rows.map(({ unit }) => unit).sort()).toEqual(
    units(count)
      .map(({ key }) => key)
      .sort(),
  );
  for (const { key, result } of await listUnits(store, id, { limit: count })) {
    expect(result).toEqual([`answer to question of ${key}`, `answer to answer of ${key}`]);
  }
  const billed = readFileSync(bill, "utf8").trim().split("\n");
  expect(spending.calls).toMatchObject({ answered: 2 * count, in_flight: 0, failed: 0 });
  expect(spending.spent).toBe(2 * count * price);
  expect(job.spent).toBe(spending.spent);
  // what the provider counts beyond that was in flight at a kill, and is told as lost
  expect(billed.length).toBeGreaterThanOrEqual(2 * count);
  expect(billed.length).toBeLessThanOrEqual(2 * count + spending.calls.lost);
  expect(spending.calls.lost).toBeLessThanOrEqual(kills * slots);
  const budget = await readBudget(store.db, budgetOfJob(id));
  expect(budget).toMatchObject({ spent: spending.spent, reserved: 0 });
  const events = await eventsAfter(store, { jobId: id, limit: 100_000 });
  const lost = events.flatMap((event) => (event.type === "unit-lost" ? [event.data.calls] : []));
  expect(lost.reduce((a, b) => a + b, 0)).toBe(spending.calls.lost);
  expect(lost.length).toBeLessThanOrEqual(kills * slots);
  expect(events.filter(({ type }) => type === "unit-done")).toHaveLength(count);
}

test("killed at random moments", { timeout: 1_200_000 }, async () => {
  const random = Random.fromSeed(7);
  const path = join(makeFolder(), "ft.db");
  const bill = join(makeFolder(), "bill.txt");
  writeFileSync(bill, "");
  const store = await fileStore(path);
  await sql`create table made (unit text, text text)`.execute(store.db);
  const kills = rounds({ slice: 4, soak: 50 });
  const { id } = await createJob(store, { kind: "write", units: units(kills * 60), budget: 1e12 });
  let workers = await Promise.all([startWorker(path, bill), startWorker(path, bill)]);
  for (let kill = 0; kill < kills; kill++) {
    await new Promise((resolve) => setTimeout(resolve, random.integer(400)));
    const which = random.integer(2);
    await untilKilled(workers[which]!);
    workers[which] = await startWorker(path, bill);
  }
  await expect
    .poll(async () => (await readJob(store.db, id)).status, { timeout: 300_000, interval: 200 })
    .toBe("completed");
  for (const worker of workers) await untilKilled(worker);
  await expectAllOnce(store, id, bill, kills);
  // a server looks after its own files
  if (storeAt(path) === path) expect(checkStore(path)).toEqual([]);
});
