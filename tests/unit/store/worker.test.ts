// Workers in this process: kinds run, results recorded, stopped, cancelled, out of budget.
import { expect, test } from "vitest";
import {
  beginCall,
  cancelJob,
  createJob,
  eventsAfter,
  listUnits,
  progressOf,
  readJob,
  reapLeases,
  resumeJob,
  runWorker,
  setBudget,
  setLimit,
  budgetOfJob,
  UnitFailure,
  type UnitKind,
  unitKinds,
} from "../../../src/store/index.ts";
import { memoryStore } from "../../support/open-stores.ts";

const quick = { every: 5, slots: 4 };
const units = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `u${index}` }));
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const kindsOf = (run: UnitKind["run"], more: Partial<UnitKind> = {}) =>
  unitKinds({ write: { concurrency: 100, run, ...more } });

test("a worker does a job, never more units at once than the kind allows", async () => {
  const store = await memoryStore();
  let now = 0;
  let most = 0;
  const kinds = kindsOf(
    async ({ key }) => {
      most = Math.max(most, ++now);
      await sleep(2);
      now--;
      return { result: key };
    },
    { concurrency: 3 },
  );
  const { id } = await createJob(store, { kind: "write", units: units(30) });
  const options = { ...quick, untilEnded: id };
  await Promise.all([runWorker(store, kinds, options), runWorker(store, kinds, options)]);
  expect(most).toBe(3);
  expect((await listUnits(store, id)).map(({ result }) => result)).toEqual(
    units(30).map(({ key }) => key),
  );
});

test("a failure says what to do next, and the job goes on to its end", async () => {
  const store = await memoryStore();
  const kinds = kindsOf(async ({ key, attempt }) => {
    if (key === "u1") throw new UnitFailure("never", { isFinal: true });
    if (key === "u2" && attempt === 1) throw new Error("once");
    return {};
  });
  const { id } = await createJob(store, { kind: "write", units: units(3) });
  const working = runWorker(store, kinds, { ...quick, untilEnded: id });
  await expect.poll(async () => (await progressOf(store, id)).units.ready).toBe(1);
  await store.db.updateTable("units").set({ not_before: 0 }).execute();
  await working;
  expect(await readJob(store.db, id)).toMatchObject({
    status: "failed",
    units: { done: 2, failed: 1 },
    error: "1 unit failed, the last: u1: never",
  });
});

test("a worker that is asked to end gives its units back, and another goes on", async () => {
  const store = await memoryStore();
  const stop = new AbortController();
  const waiting = kindsOf(
    (_, { signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason)),
      ),
  );
  const { id } = await createJob(store, { kind: "write", units: units(3) });
  const first = runWorker(store, waiting, { ...quick, signal: stop.signal });
  await expect.poll(async () => (await progressOf(store, id)).units.leased).toBe(3);
  stop.abort();
  await first;
  expect((await progressOf(store, id)).units).toMatchObject({ ready: 3, leased: 0 });
  await runWorker(
    store,
    kindsOf(async ({ attempt }) => ({ result: attempt })),
    {
      ...quick,
      untilEnded: id,
    },
  );
  expect((await listUnits(store, id)).map(({ result }) => result)).toEqual([1, 1, 1]);
  expect(await store.db.selectFrom("workers").selectAll().execute()).toEqual([]);
});

test("cancelling ends within the units in hand", async () => {
  const store = await memoryStore();
  await setLimit(store.db, "units:write", 2);
  let begun = 0;
  const kinds = kindsOf(async (_, { signal }) => {
    begun++;
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    signal.throwIfAborted();
    return {};
  });
  const { id } = await createJob(store, { kind: "write", units: units(50) });
  const working = runWorker(store, kinds, { ...quick, untilEnded: id });
  await expect.poll(() => begun).toBe(2);
  await cancelJob(store, id);
  await working;
  expect(begun).toBe(2);
  expect((await progressOf(store, id)).units).toMatchObject({ cancelled: 50, ready: 0, leased: 0 });
});

test("calls of units are booked on unit, job and budget; without budget the job waits for a person", async () => {
  const store = await memoryStore();
  const kinds = kindsOf(async ({ key }, { call, log }) => {
    const content = { provider: "p", model: "m", parameters: {}, prompt: key };
    const { answer } = await call({ content, most: 10 }, async () => ({ answer: key, spent: 10 }));
    await log("info", `asked ${key}`);
    return { result: answer };
  });
  const { id } = await createJob(store, { kind: "write", units: units(5), budget: 30 });
  await runWorker(store, kinds, { ...quick, untilEnded: id });
  expect(await readJob(store.db, id)).toMatchObject({
    status: "paused",
    spent: 30,
    units: { done: 3 },
  });
  const logs = (await eventsAfter(store)).filter(({ type }) => type === "log");
  expect(JSON.stringify(logs.at(-1)?.data)).toContain("budget");
  await setBudget(store.db, budgetOfJob(id), 50);
  await resumeJob(store, id);
  await store.db.updateTable("units").set({ not_before: 0 }).execute();
  await runWorker(store, kinds, { ...quick, untilEnded: id });
  const { job, spending } = await progressOf(store, id);
  expect(job).toMatchObject({ status: "completed", spent: 50 });
  expect(spending).toMatchObject({ calls: { answered: 5, failed: 0 }, spent: 50 });
  expect((await listUnits(store, id)).map(({ spent }) => spent)).toEqual([10, 10, 10, 10, 10]);
});

test("a call of a unit whose lease runs out is told as lost", async () => {
  const clock = { now: 0 };
  const store = await memoryStore(clock);
  const { id } = await createJob(store, { kind: "write", units: units(1) });
  let attempts = 0;
  const stop = new AbortController();
  const kinds = kindsOf(async (unit) => {
    if (++attempts > 1) return {};
    const call = { content: { provider: "p", model: "m", parameters: {}, prompt: 1 }, most: 8 };
    const { jobId, fence } = unit;
    await beginCall(store, { ...call, unit: { id: unit.id, jobId, fence, worker: "gone" } });
    await store.db.updateTable("units").set({ lease_until: -1, worker: "gone" }).execute();
    await reapLeases(store);
    stop.abort();
    return {};
  });
  await runWorker(store, kinds, { ...quick, signal: stop.signal });
  await runWorker(store, kinds, { ...quick, untilEnded: id, leaseMilliseconds: 20 });
  const { spending } = await progressOf(store, id);
  expect(attempts).toBe(2);
  expect(spending).toMatchObject({ calls: { lost: 1 }, lostAtMost: 8 });
  const lost = (await eventsAfter(store)).find(({ type }) => type === "unit-lost");
  expect(lost?.data).toMatchObject({ key: "u0", worker: "gone", calls: 1 });
});
