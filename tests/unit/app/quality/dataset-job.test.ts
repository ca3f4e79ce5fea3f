// A quality job over a dataset of the platform: scores, mended rows that can be had back, removed rows, counts that add
// up, and the improved set beside it.
import { expect, test } from "vitest";
import { runJobs } from "../../../../src/app/jobs/run-jobs.ts";
import { submitJob } from "../../../../src/app/jobs/submit.ts";
import { withStore } from "../../../../src/app/store/with-store.ts";
import { readJob, retryJob } from "../../../../src/store/index.ts";
import {
  listExamples,
  readExample,
  undoEdit,
  updateExample,
} from "../../../../src/store/platform/index.ts";
import { linesOf, qualitySet, requireWhole } from "../../../support/quality-set.ts";

test("rows are scored, mended and removed in the set, and what stays is a set of its own", async () => {
  const set = await qualitySet(40);
  const { environment, fake, id } = set;
  const parameters = { source: { dataset: id }, settings: { autoRemove: true } };
  const job = await withStore(environment, (store) =>
    submitJob(store, "quality", parameters, { environment }),
  );
  expect(fake.bill.requests).toBe(0);
  await runJobs(environment, { untilEmpty: true, every: 20 });
  await withStore(environment, async (store) => {
    expect((await readJob(store.db, job.id)).units).toEqual({ total: 42, done: 42, failed: 0 });
    const whole = await requireWhole(store, set, 40);
    expect([whole.examples_kept, whole.examples_fixed, whole.examples_removed]).toSatisfy(
      (counts: number[]) => counts.every((one) => one > 0),
    );
    const mended = whole.edits.find(({ after }) => after.includes("step by step"));
    const before = JSON.parse(mended?.before ?? "{}") as { text: string };
    expect(mended?.who).toBe("quality");
    await undoEdit(store, mended?.id ?? 0);
    const { content } = await readExample(store, mended?.example_id ?? 0);
    expect(content).toEqual(JSON.parse(before.text));
  });
});

test("what somebody changes or removes meanwhile stays as they left it, and is told", async () => {
  const set = await qualitySet(12, 150);
  const { environment, fake, id } = set;
  const content = { messages: [{ role: "user", content: "mine" }] };
  await withStore(environment, async (store) => {
    await submitJob(
      store,
      "quality",
      { source: { dataset: id }, settings: { batchSize: 1 } },
      { environment },
    );
    const working = runJobs(environment, { untilEmpty: true, every: 20 });
    await expect.poll(() => fake.bill.paid).toBeGreaterThan(0);
    const last = await store.db
      .selectFrom("examples")
      .select("id")
      .orderBy("example_index", "desc")
      .limit(2)
      .execute();
    await updateExample(store, last[0]?.id ?? 0, { content });
    await updateExample(store, last[1]?.id ?? 0, { status: "removed" });
    await working;
    const row = await store.db.selectFrom("quality_jobs").selectAll().executeTakeFirstOrThrow();
    const { examples_kept: kept, examples_fixed: fixed, examples_removed: removed } = row;
    expect([kept + fixed + removed, row.examples_processed, removed]).toEqual([12, 12, 1]);
    expect(JSON.parse(row.errors ?? "[]")).toHaveLength(2);
    expect((await readExample(store, last[0]?.id ?? 0)).content).toEqual(content);
  });
});

test("a judge without a verdict on any row: the job has failed, every row stays; with a judge that answers it is mended", async () => {
  const set = await qualitySet(8);
  const { environment, fake, id } = set;
  const judge = fake.script;
  fake.script = () => ({ text: "All rows are lovely." });
  const job = await withStore(environment, (store) =>
    submitJob(
      store,
      "quality",
      { source: { dataset: id }, settings: { autoRemove: true, checks: [] } },
      { environment },
    ),
  );
  await runJobs(environment, { untilEmpty: true, every: 20 });
  await withStore(environment, async (store) => {
    const { status, error } = await readJob(store.db, job.id);
    expect(status).toBe("failed");
    expect(error).toMatch(/nothing came of any of its 8 units: 8 × it could not be judged: /);
    const row = await store.db.selectFrom("quality_jobs").selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ status: "failed", examples_processed: 8, examples_kept: 8 });
    expect(row).toMatchObject({ examples_removed: 0, result_file_path: null });
    expect((await listExamples(store, id, { limit: 50 })).total).toBe(8);
    fake.script = judge;
    await retryJob(store, job.id);
  });
  await runJobs(environment, { untilEmpty: true, every: 20 });
  await withStore(environment, async (store) => {
    const row = await store.db.selectFrom("quality_jobs").selectAll().executeTakeFirstOrThrow();
    const { examples_kept: kept, examples_fixed: fixed, examples_removed: removed } = row;
    expect(row).toMatchObject({ status: "completed", errors: "[]", examples_processed: 8 });
    expect(kept + fixed + removed).toBe(8);
    expect(linesOf(row.result_file_path ?? "")).toHaveLength(8 - removed);
  });
});

test("a set without rows, one that is not there and an unknown check are refused when they are submitted", async () => {
  const { environment, id } = await qualitySet(1);
  await withStore(environment, async (store) => {
    const submit = (dataset: number, settings = {}) =>
      submitJob(store, "quality", { source: { dataset }, settings }, { environment });
    await expect(submit(99)).rejects.toMatchObject({ code: "FT-PLATFORM-001" });
    await expect(submit(id, { checks: ["nope"] })).rejects.toMatchObject({
      code: "FT-QUALITY-001",
    });
    await expect(submit(id, { batchSize: 0 })).rejects.toMatchObject({ code: "FT-JOB-007" });
    await updateExample(store, 1, { status: "removed" });
    await expect(submit(id)).rejects.toMatchObject({ code: "FT-QUALITY-003" });
  });
});
