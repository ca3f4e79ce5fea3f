// Jobs and units as the tables have them, without a worker: turns, leases, fences, retries, control, events.
import { sql } from "kysely";
import { expect, test } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { flavourOf } from "../../../src/store/flavours/flavour-of.ts";
import {
  addUnits,
  cancelJob,
  claimUnits,
  completeUnit,
  createJob,
  deleteJob,
  eventsAfter,
  failUnit,
  failuresOf,
  findJob,
  followEvents,
  listJobs,
  listUnits,
  pauseJob,
  progressOf,
  readJob,
  reapLeases,
  releaseUnit,
  resumeJob,
  retryJob,
  setLimit,
  setPriority,
  type Store,
} from "../../../src/store/index.ts";
import { memoryStore } from "../../support/open-stores.ts";
import { rejection } from "../../support/refusal.ts";

const units = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => ({
    key: `unit-${index}`,
    input: { index },
    ...more,
  }));

const kinds = new Map([
  ["write", 100],
  ["judge", 100],
]);

const claim = (store: Store, count = 1, worker = "a") =>
  claimUnits(store, { worker, kinds, count, leaseMilliseconds: 1000 });

async function claimOne(store: Store, worker = "a") {
  const [unit] = await claim(store, 1, worker);
  if (unit === undefined) throw new Error("nothing to claim");
  return unit;
}

const types = async (store: Store): Promise<string[]> =>
  (await eventsAfter(store)).map(({ type }) => type);

test("a job is done unit by unit, and tells so", async () => {
  const store = await memoryStore();
  const job = await createJob(store, { kind: "write", units: units(2), parameters: { a: 1 } });
  expect(job).toMatchObject({ status: "pending", units: { total: 2, done: 0, failed: 0 } });
  const [first, second] = await claim(store, 5);
  expect(first).toMatchObject({ key: "unit-0", input: { index: 0 }, attempt: 1, fence: 1 });
  expect(first?.parameters).toEqual({ a: 1 });
  expect((await readJob(store.db, job.id)).status).toBe("running");
  expect(await completeUnit(store, first!, "a", { result: { row: 1 }, spent: 5 })).toBe(true);
  expect(await completeUnit(store, second!, "a", {})).toBe(true);
  expect(await readJob(store.db, job.id)).toMatchObject({
    status: "completed",
    spent: 5,
    units: { done: 2 },
    finishedAt: 1_000_000,
  });
  expect((await listUnits(store, job.id))[0]?.result).toEqual({ row: 1 });
  expect(await types(store)).toEqual([
    "job-created",
    "job-started",
    "unit-done",
    "unit-done",
    "job-completed",
  ]);
});

test("a job without units is complete", async () => {
  const store = await memoryStore();
  expect((await createJob(store, { kind: "write", units: [] })).status).toBe("completed");
});

test("a unit's key is made once, and a job that ended takes no more", async () => {
  const store = await memoryStore();
  const { id } = await createJob(store, { kind: "write", units: units(2) });
  expect(await addUnits(store, store.db, id, units(3))).toBe(1);
  expect((await readJob(store.db, id)).units.total).toBe(3);
  await cancelJob(store, id);
  await expect(addUnits(store, store.db, id, units(9))).rejects.toMatchObject({
    code: "FT-JOB-003",
  });
});

test("nothing is left of a job that could not be made whole", async () => {
  const store = await memoryStore();
  const broken = function* () {
    yield* units(250);
    throw new Error("no more");
  };
  await expect(createJob(store, { kind: "write", units: broken() })).rejects.toThrow("no more");
  expect(await listJobs(store)).toEqual([]);
});

test("higher priority first, then the older job", async () => {
  const clock = { now: 1 };
  const store = await memoryStore(clock);
  const make = async (title: string, priority: number) => {
    clock.now += 1000;
    return await createJob(store, { kind: "write", title, priority, units: units(1) });
  };
  const old = await make("old", 0);
  const urgent = await make("urgent", 5);
  const later = await make("later", 0);
  await setPriority(store, later.id, 9);
  const order = (await claim(store, 3)).map(({ jobId }) => jobId);
  expect(order).toEqual([later.id, urgent.id, old.id]);
});

test("units of a kind at once, over all workers", async () => {
  const store = await memoryStore();
  await createJob(store, { kind: "write", units: units(10) });
  await setLimit(store.db, "units:write", 3);
  expect(await claim(store, 2, "a")).toHaveLength(2);
  expect(await claim(store, 5, "b")).toHaveLength(1);
  expect(await claim(store, 5, "c")).toHaveLength(0);
  await setLimit(store.db, "units:write", null);
  expect(await claim(store, 50, "c")).toHaveLength(7);
});

test("with two jobs at once, the third waits", async () => {
  const store = await memoryStore();
  await setLimit(store.db, "jobs", 2);
  const jobs = [];
  for (let index = 0; index < 3; index++) {
    jobs.push(await createJob(store, { kind: "write", units: units(1), priority: -index }));
  }
  const [first] = await claim(store, 10);
  expect((await listJobs(store, { status: "pending" })).map(({ id }) => id)).toEqual([jobs[2]?.id]);
  await completeUnit(store, first!, "a", {});
  expect(await claim(store, 10)).toHaveLength(1);
});

test("a later stage begins when the one before has ended", async () => {
  const store = await memoryStore();
  const { id } = await createJob(store, {
    kind: "write",
    units: [
      { key: "export", stage: 2 },
      { key: "a", stage: 0 },
      { key: "b", kind: "judge", stage: 0 },
    ],
  });
  const first = await claim(store, 10);
  expect(first.map(({ key, kind }) => [key, kind])).toEqual([
    ["a", "write"],
    ["b", "judge"],
  ]);
  await completeUnit(store, first[0]!, "a", {});
  expect(await claim(store, 10)).toEqual([]);
  await completeUnit(store, first[1]!, "a", {});
  expect(await claim(store, 10)).toMatchObject([{ key: "export" }]);
  expect((await readJob(store.db, id)).stage).toBe(2);
});

test("a failure is tried again later and later, then it is one", async () => {
  const clock = { now: 0 };
  const store = await memoryStore(clock);
  const { id } = await createJob(store, { kind: "write", units: units(1, { mostAttempts: 3 }) });
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 3; attempt++) {
    expect(await failUnit(store, await claimOne(store), "a", { reason: `no ${attempt}` })).toBe(
      true,
    );
    expect(await claim(store)).toEqual([]);
    const row = await store.db.selectFrom("units").select("not_before").executeTakeFirstOrThrow();
    waits.push(row.not_before - clock.now);
    clock.now = row.not_before;
  }
  expect(waits[0]).toBeGreaterThanOrEqual(750);
  expect(waits[0]).toBeLessThan(1250);
  expect(waits[1]).toBeGreaterThanOrEqual(1500);
  const job = await readJob(store.db, id);
  expect(job).toMatchObject({ status: "failed", units: { failed: 1 } });
  expect(job.error).toContain("no 3");
  const events = await eventsAfter(store, { jobId: id });
  expect(events.find(({ type }) => type === "unit-retried")?.data).toMatchObject({
    reason: "no 1",
    attempt: 1,
  });
});

test("what failed last is told of each unit, and read by an index, however many units a job has", async () => {
  const clock = { now: 0 };
  const store = await memoryStore(clock);
  const { id } = await createJob(store, { kind: "write", units: units(100) });
  for (const unit of await claim(store, 100)) await completeUnit(store, unit, "a", {});
  const late = Array.from({ length: 25 }, (_, at) => ({ key: `late-${at}`, mostAttempts: 2 }));
  const more = await createJob(store, { kind: "write", units: late });
  for (const attempt of [1, 2]) {
    clock.now += 3_600_000;
    for (const unit of await claim(store, 25)) {
      const told = { reason: `no ${attempt}`, code: `FT-TEST-00${attempt}`, hint: "wait" };
      await failUnit(store, unit, "a", told);
    }
  }
  expect(await failuresOf(store, id)).toEqual([]);
  const told = await failuresOf(store, more.id);
  expect(told).toHaveLength(20);
  expect(told[0]).toMatchObject({ key: "late-0", status: "failed", reason: "no 2" });
  expect(new Set(told.map(({ code, hint, at }) => `${code} ${hint} ${at}`))).toEqual(
    new Set([`FT-TEST-002 wait ${clock.now}`]),
  );
  if (flavourOf(store.db).name !== "sqlite") return;
  const plan = async (query: string): Promise<string> => {
    const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(query)}`.execute(
      store.db,
    );
    return rows.map(({ detail }) => detail).join("; ");
  };
  expect(
    await plan("select * from units where job_id = 'x' and error is not null order by id limit 20"),
  ).toBe("SEARCH units USING INDEX units_with_errors (job_id=?)");
  expect(
    await plan("select max(id) from events where unit_id in (1, 2) group by unit_id"),
  ).toContain("events_of_unit (unit_id=?)");
});

test("who refuses says how long to wait, and what is final is not tried again", async () => {
  const clock = { now: 0 };
  const store = await memoryStore(clock);
  await createJob(store, { kind: "write", units: units(1) });
  await failUnit(store, await claimOne(store), "a", { reason: "429", retryAfter: 60_000 });
  clock.now = 59_999;
  expect(await claim(store)).toEqual([]);
  clock.now = 60_000;
  await failUnit(store, await claimOne(store), "a", { reason: "401", isFinal: true });
  expect((await listJobs(store))[0]?.status).toBe("failed");
});

test("a clock that is set back keeps no unit waiting, and its pace is that of what came since", async () => {
  const clock = { now: 100_000_000 };
  const store = await memoryStore(clock);
  const { id } = await createJob(store, { kind: "write", units: units(6) });
  for (let at = 0; at < 2; at++) {
    await completeUnit(store, await claimOne(store), "a", {});
    clock.now += 1000;
  }
  await failUnit(store, await claimOne(store), "a", { reason: "429", retryAfter: 60_000 });
  clock.now -= 3 * 3_600_000;
  expect(await progressOf(store, id)).toMatchObject({ rate: null, secondsLeft: null });
  expect((await claimOne(store)).key).toBe("unit-2");
  for (let at = 0; at < 2; at++) {
    await completeUnit(store, await claimOne(store), "a", {});
    clock.now += 1000;
  }
  const { rate } = await progressOf(store, id);
  expect(rate).toBeCloseTo(1);
});

test("a late worker's result is refused, and its writes are not made", async () => {
  const clock = { now: 0 };
  const store = await memoryStore(clock);
  const { id } = await createJob(store, { kind: "write", units: units(1) });
  const slow = await claimOne(store, "slow");
  clock.now = 1001;
  expect(await reapLeases(store)).toBe(1);
  const quick = await claimOne(store, "quick");
  expect(quick.fence).toBe(slow.fence + 1);
  let wrote = false;
  const effects = async () => void (wrote = true);
  expect(await completeUnit(store, slow, "slow", { result: "late", effects })).toBe(false);
  expect(await failUnit(store, slow, "slow", { reason: "late" })).toBe(false);
  expect(wrote).toBe(false);
  expect(await completeUnit(store, quick, "quick", { result: "in time", effects })).toBe(true);
  expect(await completeUnit(store, quick, "quick", { result: "twice" })).toBe(false);
  expect((await listUnits(store, id))[0]).toMatchObject({ result: "in time", attempts: 2 });
  expect((await readJob(store.db, id)).units.done).toBe(1);
  expect((await types(store)).filter((type) => type === "unit-rejected")).toHaveLength(3);
});

test("a result and what it writes are there together or not at all", async () => {
  const store = await memoryStore();
  const { id } = await createJob(store, { kind: "write", units: units(1) });
  const unit = await claimOne(store);
  const effects = async (db: Store["db"]) => {
    await db.insertInto("limits").values({ scope: "written", at_most: 1 }).execute();
    throw new Error("disk full");
  };
  await expect(completeUnit(store, unit, "a", { spent: 7, effects })).rejects.toThrow("disk full");
  expect(await store.db.selectFrom("limits").selectAll().execute()).toEqual([]);
  expect(await readJob(store.db, id)).toMatchObject({ spent: 0, units: { done: 0 } });
  expect(await completeUnit(store, unit, "a", { spent: 7 })).toBe(true);
});

test("a unit that always takes its worker with it fails in the end", async () => {
  const clock = { now: 0 };
  const store = await memoryStore(clock);
  const { id } = await createJob(store, { kind: "write", units: units(1, { mostAttempts: 2 }) });
  for (let time = 0; time < 2; time++) {
    await claimOne(store);
    clock.now += 1001;
    await reapLeases(store);
  }
  expect(await readJob(store.db, id)).toMatchObject({ status: "failed" });
});

test("cancelling: nothing begins any more, what is in hand still counts, and it can be tried again", async () => {
  const store = await memoryStore();
  const { id } = await createJob(store, { kind: "write", units: units(4) });
  const [first, second] = await claim(store, 2);
  expect((await cancelJob(store, id)).status).toBe("cancelled");
  expect(await claim(store, 10)).toEqual([]);
  expect(await completeUnit(store, first!, "a", { result: 1 })).toBe(true);
  expect(await releaseUnit(store, second!, "a")).toBe(true);
  expect(await readJob(store.db, id)).toMatchObject({ status: "cancelled", units: { done: 1 } });
  expect((await retryJob(store, id)).status).toBe("pending");
  const again = await claim(store, 10);
  expect(again.map(({ key }) => key)).toEqual(["unit-1", "unit-2", "unit-3"]);
  expect(again[0]).toMatchObject({ attempt: 1, fence: 2 });
});

test("a paused job waits, and goes on", async () => {
  const store = await memoryStore();
  const { id } = await createJob(store, { kind: "write", units: units(2) });
  const unit = await claimOne(store);
  await pauseJob(store, id);
  expect(await claim(store, 10)).toEqual([]);
  expect(await resumeJob(store, id)).toMatchObject({ status: "running" });
  await pauseJob(store, id);
  expect(await completeUnit(store, unit, "a", {})).toBe(true);
  expect((await readJob(store.db, id)).status).toBe("paused");
  expect(await resumeJob(store, id)).toMatchObject({ status: "pending" });
  await completeUnit(store, await claimOne(store), "a", {});
  expect((await readJob(store.db, id)).status).toBe("completed");
});

test("what cannot be done to a job is refused with its state", async () => {
  const store = await memoryStore();
  const { id } = await createJob(store, { kind: "write", units: units(1) });
  expect(await rejection(retryJob(store, id), FtError)).toMatchObject({ code: "FT-JOB-003" });
  expect(await rejection(deleteJob(store, id), FtError)).toMatchObject({ code: "FT-JOB-005" });
  await completeUnit(store, await claimOne(store), "a", {});
  for (const change of [cancelJob, pauseJob, resumeJob, retryJob]) {
    expect(await rejection(change(store, id), FtError)).toMatchObject({ code: "FT-JOB-003" });
  }
  await deleteJob(store, id);
  expect(await rejection(readJob(store.db, id), FtError)).toMatchObject({
    code: "FT-JOB-001",
    exitCode: 2,
  });
  expect(await eventsAfter(store)).toEqual([]);
});

test("a job is found by the beginning of its id", async () => {
  const clock = { now: 1_000_000 };
  const store = await memoryStore(clock);
  const one = await createJob(store, { kind: "write", units: units(1) });
  const two = await createJob(store, { kind: "write", units: units(1) });
  expect((await findJob(store, one.id)).id).toBe(one.id);
  const shared = one.id.slice(0, one.id.indexOf("-"));
  expect(await rejection(findJob(store, shared), FtError)).toMatchObject({ code: "FT-JOB-002" });
  expect(await rejection(findJob(store, "zz"), FtError)).toMatchObject({ code: "FT-JOB-001" });
  expect(two.id.startsWith(shared)).toBe(true);
});

test("events are read after an id, and followed as they come", async () => {
  const store = await memoryStore();
  const { id } = await createJob(store, { kind: "write", units: units(2) });
  const [first] = await eventsAfter(store, { jobId: id });
  const stop = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    const options = { after: first!.id, jobId: id, signal: stop.signal, every: 5 };
    for await (const { type } of followEvents(store, options)) {
      seen.push(type);
      if (type === "job-completed") stop.abort();
    }
  })();
  for (const unit of await claim(store, 2)) await completeUnit(store, unit, "a", {});
  await following;
  expect(seen).toEqual(["job-started", "unit-done", "unit-done", "job-completed"]);
});

test("progress: counts, pace and time left", async () => {
  const clock = { now: 0 };
  const store = await memoryStore(clock);
  const { id } = await createJob(store, { kind: "write", units: units(10) });
  expect(await progressOf(store, id)).toMatchObject({ rate: null, secondsLeft: null });
  for (let done = 0; done < 5; done++) {
    clock.now += 2000;
    await completeUnit(store, await claimOne(store), "a", {});
  }
  const { units: counts, rate, secondsLeft } = await progressOf(store, id);
  expect(counts).toEqual({ ready: 5, leased: 0, done: 5, failed: 0, cancelled: 0 });
  expect(rate).toBeCloseTo(0.5);
  expect(secondsLeft).toBeCloseTo(10);
  clock.now += 60_000;
  expect((await progressOf(store, id)).secondsLeft).toBeGreaterThan(60);
});
