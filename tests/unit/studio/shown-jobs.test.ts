// The tables of the dataset creator's jobs say what the queue says: status, times and reasons, by SQL and over the API.
import { expect, test } from "vitest";
import { withStore } from "../../../src/app/store/with-store.ts";
import {
  cancelJob,
  claimUnits,
  completeUnit,
  createJob,
  inTransaction,
  pauseJob,
  resumeJob,
  retryJob,
  runWorker,
  type Store,
  UnitFailure,
  unitKinds,
} from "../../../src/store/index.ts";
import { createGenerationJob, createQualityJob } from "../../../src/store/platform/index.ts";
import { testStudio } from "../../support/studio.ts";

const shown = { generation: "generation_jobs", quality: "quality_jobs" } as const;
type Kind = keyof typeof shown;

/** A job of the kind with two units that this test does, and its number. */
async function made(store: Store, kind: Kind): Promise<{ job: string; id: number }> {
  return await inTransaction(store.db, async (db) => {
    const units = [{ key: "a" }, { key: "b" }];
    const { id: job } = await createJob({ ...store, db }, { kind, units });
    const row = { jobId: job, datasetId: null, parameters: {} };
    if (kind === "quality") return { job, id: await createQualityJob(db, row) };
    return { job, id: await createGenerationJob(db, { ...row, requested: 2 }) };
  });
}

const rowOf = async ({ db }: Store, kind: Kind, id: number) =>
  await db
    .selectFrom(shown[kind])
    .select(["status", "started_at", "completed_at", "errors"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow();

async function work(store: Store, kind: Kind, run: (key: string) => void): Promise<void> {
  const kinds = unitKinds({
    [kind]: {
      concurrency: 1,
      run: async ({ key }) => Promise.resolve({ result: run(key) ?? key }),
    },
  });
  await runWorker(store, kinds, { slots: 1, every: 5, until: async () => await idle(store) });
}

const idle = async ({ db }: Store): Promise<boolean> =>
  (await db
    .selectFrom("jobs")
    .select("id")
    .where("status", "in", ["pending", "running"])
    .executeTakeFirst()) === undefined;

test.each(["generation", "quality"] as const)(
  "a %s job that fails, is cancelled, paused, tried again and completed says so in its row",
  async (kind) => {
    const studio = await testStudio();
    const task = async (id: number) =>
      (await studio.client.call("getTasksId", { params: { id } })).body;
    await withStore({ FT_HOME: studio.home }, async (store) => {
      const { job, id } = await made(store, kind);
      const waiting = { status: "pending", started_at: null, completed_at: null, errors: "[]" };
      expect(await rowOf(store, kind, id)).toEqual(waiting);
      await pauseJob(store, job);
      expect(await rowOf(store, kind, id)).toEqual(waiting);
      await resumeJob(store, job);
      await work(store, kind, (key) => {
        if (key === "b") throw new UnitFailure("no such model", { isFinal: true });
      });
      const failed = await rowOf(store, kind, id);
      expect(failed).toMatchObject({ status: "failed", errors: '["b: no such model"]' });
      const told = await task(id);
      expect(told).toMatchObject({ status: "failed", errors: ["b: no such model"] });
      expect([failed.started_at, failed.completed_at]).toEqual([
        told.started_at,
        told.completed_at,
      ]);
      expect(failed.completed_at).not.toBeNull();

      await retryJob(store, job);
      const again = { status: "pending", completed_at: null, errors: "[]" };
      expect(await rowOf(store, kind, id)).toMatchObject({
        ...again,
        started_at: failed.started_at,
      });
      await work(store, kind, () => undefined);
      expect(await rowOf(store, kind, id)).toMatchObject({ status: "completed", errors: "[]" });
      expect((await task(id)).status).toBe("completed");
    });
  },
);

test.each(["generation", "quality"] as const)(
  "a %s job that is cancelled over the API stays so in its row, whatever a unit in hand brings",
  async (kind) => {
    const studio = await testStudio();
    await withStore({ FT_HOME: studio.home }, async (store) => {
      const { id } = await made(store, kind);
      const request = {
        worker: "w",
        kinds: new Map([[kind, 1]]),
        count: 1,
        leaseMilliseconds: 60_000,
      };
      const [unit] = await claimUnits(store, request);
      expect(await rowOf(store, kind, id)).toMatchObject({ status: "running", completed_at: null });
      const { body } = await studio.client.call("postTasksIdCancel", { params: { id } });
      const ended = await rowOf(store, kind, id);
      expect([ended.status, ended.completed_at]).toEqual(["cancelled", body.completed_at]);
      expect(await completeUnit(store, unit!, "w", { result: 1 })).toBe(true);
      expect(await rowOf(store, kind, id)).toEqual(ended);
    });
  },
);

test("what does not come through does not change the row", async () => {
  const studio = await testStudio();
  await withStore({ FT_HOME: studio.home }, async (store) => {
    const { job, id } = await made(store, "generation");
    const undone = inTransaction(store.db, async (db) => {
      await cancelJob({ ...store, db }, job);
      throw new TypeError("after all");
    });
    await expect(undone).rejects.toThrow("after all");
    expect(await rowOf(store, "generation", id)).toMatchObject({ status: "pending" });
  });
});

test.each(["generation", "quality"] as const)(
  "a %s job that a unit pauses says what to mend first, until it goes on",
  async (kind) => {
    const studio = await testStudio();
    const task = async (id: number) =>
      (await studio.client.call("getTasksId", { params: { id } })).body;
    await withStore({ FT_HOME: studio.home }, async (store) => {
      const { job, id } = await made(store, kind);
      await work(store, kind, () => {
        throw new UnitFailure("no connection", { pausesJob: true });
      });
      expect(await task(id)).toMatchObject({
        ...{ status: "pending", is_paused: true, paused_because: "no connection", errors: [] },
      });
      const { body } = await studio.client.call("getV1JobsId", { params: { id: job } });
      expect(body.job).toMatchObject({ status: "paused", error: "no connection" });
      await resumeJob(store, job);
      expect(await task(id)).toMatchObject({ is_paused: false, paused_because: null });
      await pauseJob(store, job);
      expect(await task(id)).toMatchObject({ is_paused: true, paused_because: null });
    });
  },
);
