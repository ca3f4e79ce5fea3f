// Jobs of any kind: submitted, limited, preferred, told, cancelled; and the process that works on them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import { jobKinds } from "../../../src/app/jobs/kinds/registry.ts";
import { jobDetails, jobList } from "../../../src/app/jobs/overview.ts";
import { jobsAtOnceFrom, runJobs } from "../../../src/app/jobs/run-jobs.ts";
import { submitJob } from "../../../src/app/jobs/submit.ts";
import { startWorkerProcess } from "../../../src/app/jobs/worker-host.ts";
import { ConfigError, FtError } from "../../../src/core/errors.ts";
import {
  cancelJob,
  createJob,
  eventsAfter,
  type Job,
  listUnits,
  openStore,
  readJob,
  type Store,
  UnitFailure,
} from "../../../src/store/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { price } from "../../support/job-kinds.ts";

const extension = fileURLToPath(new URL("../../support/job-kinds.ts", import.meta.url));

interface Place {
  store: Store;
  environment: Record<string, string>;
  submit(rows: number, options?: { priority?: number; milliseconds?: number }): Promise<Job>;
}

async function place(): Promise<Place> {
  const folder = makeFolder();
  const environment = { DATABASE_PATH: join(folder, "ft.db"), FT_HOME: folder };
  const bill = join(folder, "bill");
  writeFileSync(bill, "");
  const store = await openStore(environment.DATABASE_PATH);
  onTestFinished(() => store.close());
  await sql`create table made (unit text, text text)`.execute(store.db);
  return {
    store,
    environment,
    submit: (rows, { priority, milliseconds = 5 } = {}) =>
      submitJob(store, "rows", { rows, bill, milliseconds }, { priority }),
  };
}

async function until(done: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 90_000;
  while (!(await done())) {
    if (Date.now() > end) throw new Error("not within 90 s");
    await pause(20);
  }
}

const statusesOf = async ({ store }: Place, jobs: readonly Job[]): Promise<string[]> =>
  await Promise.all(jobs.map(async ({ id }) => (await readJob(store.db, id)).status));

describe("the queue", () => {
  test("works through what was submitted, and ends when nothing is left", async () => {
    const here = await place();
    const job = await here.submit(20);
    await runJobs(here.environment, { untilEmpty: true, every: 10 });
    const [shown] = (await jobList(here.environment, {})).jobs;
    const units = { total: 20, done: 20, failed: 0 };
    expect(shown).toMatchObject({ id: job.id, title: "20 rows", status: "completed", units });
    expect(shown).toMatchObject({ share: 1, spent: 20 * price, isQueued: true });
  });

  test("of three jobs the third waits, by MAX_CONCURRENT_JOBS or two", async () => {
    const here = await place();
    const submit = () => here.submit(1, { milliseconds: 800 });
    const jobs = [await submit(), await submit(), await submit()];
    const stopping = new AbortController();
    const working = runJobs(here.environment, { signal: stopping.signal, every: 10 });
    await until(async () => (await statusesOf(here, jobs)).join() === "running,running,pending");
    // before either has ended: whose end comes first would be a race
    stopping.abort();
    await working;
    const atOnce = { ...here.environment, MAX_CONCURRENT_JOBS: "1" };
    await runJobs(atOnce, { untilEmpty: true, every: 10 });
    const started = (
      await eventsAfter(here.store, { types: ["job-started", "job-completed"] })
    ).map(({ type, jobId }) => `${type} ${jobs.findIndex(({ id }) => id === jobId)}`);
    expect(started.slice(-2)).toEqual(["job-started 2", "job-completed 2"]);
    expect(started.indexOf("job-completed 1")).toBeLessThan(started.indexOf("job-started 2"));
  });

  test("a job of higher priority begins first, and equal ones in the order they came", async () => {
    const here = await place();
    const jobs: Job[] = [];
    for (let each = 0; each < 20; each++) jobs.push(await here.submit(1));
    const preferred = await here.submit(1, { priority: 5 });
    const atOnce = { ...here.environment, MAX_CONCURRENT_JOBS: "1" };
    await runJobs(atOnce, { untilEmpty: true, every: 5 });
    const events = await eventsAfter(here.store, { types: ["job-started"] });
    const order = events.map(({ jobId }) => jobId);
    expect(order).toEqual([preferred.id, ...jobs.map(({ id }) => id)]);
  });

  test("cancelled, no more than the units in hand are done", async () => {
    const here = await place();
    // far from done when it is cancelled
    const job = await here.submit(200, { milliseconds: 200 });
    const working = runJobs(here.environment, { untilEmpty: true, every: 10 });
    await until(async () => (await readJob(here.store.db, job.id)).units.done >= 4);
    const { units } = await cancelJob(here.store, job.id);
    await working;
    const after = await readJob(here.store.db, job.id);
    expect(after.status).toBe("cancelled");
    expect(after.units.done - units.done).toBeLessThanOrEqual(4);
    const left = await listUnits(here.store, job.id);
    expect(left.every(({ status }) => status === "done" || status === "cancelled")).toBe(true);
  });

  test("a failure is told with its code and what mends it", async () => {
    const here = await place();
    const cause = new FtError("FT-TEST-001", { message: "no ink", hint: "buy ink" });
    jobKinds.register("failing", {
      ...jobKinds.get("rows"),
      title: () => "fails",
      units: () => [{ key: "one" }, { key: "two" }],
      open: async () => ({
        units: {
          failing: {
            concurrency: 1,
            run: ({ key }) => {
              if (key === "one") throw cause;
              throw new UnitFailure("odd", { isFinal: true });
            },
            isFinal: () => true,
          },
        },
        close: async () => undefined,
      }),
    });
    const { id } = await submitJob(here.store, "failing", { rows: 1, bill: "" });
    await runJobs(here.environment, { untilEmpty: true, every: 10 });
    const { job, failures } = await jobDetails(here.environment, id.slice(0, -2));
    expect(job.status).toBe("failed");
    expect(failures).toEqual([
      expect.objectContaining({
        key: "one",
        code: "FT-TEST-001",
        hint: "buy ink",
        reason: "no ink",
      }),
      expect.objectContaining({ key: "two", code: null, hint: null, reason: "odd", attempts: 1 }),
    ]);
  });

  test("a job that no worker does takes nobody's place", async () => {
    const here = await place();
    for (const title of ["a", "b"]) {
      const { id } = await createJob(here.store, { kind: "making", title, units: [{ key: "x" }] });
      await here.store.db
        .updateTable("jobs")
        .set({ status: "running" })
        .where("id", "=", id)
        .execute();
    }
    const job = await here.submit(3);
    await runJobs(here.environment, { untilEmpty: true, every: 10 });
    expect(await statusesOf(here, [job])).toEqual(["completed"]);
    const { jobs } = await jobList(here.environment, { kind: "making" });
    expect(jobs.map(({ isQueued, isWorkedOn }) => [isQueued, isWorkedOn])).toEqual([
      [false, false],
      [false, false],
    ]);
  });

  test("a number of jobs that is none is refused", () => {
    expect(jobsAtOnceFrom({})).toBeUndefined();
    expect(jobsAtOnceFrom({ MAX_CONCURRENT_JOBS: "3" })).toBe(3);
    for (const wrong of ["0", "-1", "two", "1.5"]) {
      expect(() => jobsAtOnceFrom({ MAX_CONCURRENT_JOBS: wrong })).toThrow(ConfigError);
    }
  });
});

describe("the process that works on jobs", () => {
  const processes = async ({ store }: Place): Promise<number[]> =>
    (await store.db.selectFrom("workers").select("pid").execute()).map(({ pid }) => pid);

  test("killed, it is started again and goes on with what it held", async () => {
    const here = await place();
    const job = await here.submit(60, { milliseconds: 40 });
    const host = startWorkerProcess(here.environment, { extensions: [extension], firstPause: 20 });
    onTestFinished(() => host.close());
    await host.ready();
    await until(async () => (await readJob(here.store.db, job.id)).units.done >= 4);
    const [pid = 0] = await processes(here);
    process.kill(pid, "SIGKILL");
    await until(async () => (await readJob(here.store.db, job.id)).status === "completed");
    expect(host.restarts).toBe(1);
    const rows = await sql<{ unit: string }>`select distinct unit from made`.execute(here.store.db);
    expect(rows.rows).toHaveLength(60);
    await host.close();
    expect(await processes(here)).toEqual([]);
  });

  test("one that cannot begin is tried on, with the reason, until what kept it has ended", async () => {
    const here = await place();
    let atOnce = "many";
    const environment = {
      ...here.environment,
      get MAX_CONCURRENT_JOBS() {
        return atOnce;
      },
    };
    const host = startWorkerProcess(environment, { firstPause: 1, mostDeaths: 2 });
    onTestFinished(() => host.close());
    await until(async () => host.problem !== null);
    expect(host.problem).toMatchObject({
      code: "FT-JOB-009",
      message: expect.stringContaining('"many" is not a number of jobs'),
    });
    expect(host.isReady).toBe(false);
    atOnce = "2";
    await host.ready();
    expect(host.problem).toBeNull();
  });
});
