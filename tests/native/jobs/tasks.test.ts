// Evaluations, exports and uploads in the queue: each does what its command does, is told, and ends when it is cancelled.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { runJobs } from "../../../src/app/jobs/run-jobs.ts";
import { submitJob } from "../../../src/app/jobs/submit.ts";
import {
  cancelJob,
  eventsAfter,
  type Job,
  openStore,
  readJob,
  setJobResult,
  type Store,
} from "../../../src/store/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

let model: string;
let data: string;
beforeAll(async () => {
  const folder = join(inject("runFolder"), "task-jobs");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 12);
});

async function queue() {
  const folder = makeFolder();
  const environment = { DATABASE_PATH: join(folder, "ft.db") };
  const store: Store = await openStore(environment.DATABASE_PATH);
  onTestFinished(() => store.close());
  const work = () => runJobs(environment, { untilEmpty: true, every: 20 });
  const now = ({ id }: Job) => readJob(store.db, id);
  return { folder, store, work, now };
}

describe("an evaluation in the queue", () => {
  const settings = (output: string) => ({
    ...{ model, data, output, template: "chatml", metrics: ["exact_match"] },
    ...{ numSamples: 6, maxGenLength: 4 },
  });

  test("answers and scores", async () => {
    const jobs = await queue();
    const output = join(jobs.folder, "scores");
    const job = await submitJob(jobs.store, "evaluation", settings(output));
    await jobs.work();
    const done = await jobs.now(job);
    expect(done.error).toBeNull();
    const scores = { exact_match: expect.any(Number) };
    expect(done).toMatchObject({ status: "completed", result: { samples: 6, scores } });
    const events = await eventsAfter(jobs.store, { jobId: job.id, types: ["unit-progress"] });
    expect(events.map(({ data: told }) => told)).toEqual([
      expect.objectContaining({ done: 6, total: 6, of: "rows" }),
    ]);
  });

  test("cancelled before it begins, nothing is written", async () => {
    const jobs = await queue();
    const output = join(jobs.folder, "scores");
    const job = await submitJob(jobs.store, "evaluation", settings(output));
    await cancelJob(jobs.store, job.id);
    await jobs.work();
    expect([(await jobs.now(job)).status, existsSync(output)]).toEqual(["cancelled", false]);
  });

  test("an unknown metric is refused when it is submitted", async () => {
    const { store, folder } = await queue();
    const wrong = { ...settings(join(folder, "s")), metrics: ["exactness"] };
    await expect(submitJob(store, "evaluation", wrong)).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe("an export in the queue", () => {
  test("is written, and not done again where an earlier try has written it", async () => {
    const jobs = await queue();
    const output = join(jobs.folder, "tuned");
    const parameters = { format: "hf", model, output };
    const job = await submitJob(jobs.store, "export", parameters);
    await jobs.work();
    expect(await jobs.now(job)).toMatchObject({ status: "completed", result: { output } });
    expect(readdirSync(output)).toContain("model.safetensors");
    // as after a worker that was killed between writing and saying so
    const worker = { pid: 1, started: null, host: "elsewhere" };
    await jobs.store.db.updateTable("units").set({ status: "ready" }).execute();
    await jobs.store.db.updateTable("jobs").set({ status: "running", units_done: 0 }).execute();
    await setJobResult(jobs.store.db, job.id, { begunAt: job.createdAt, worker });
    await jobs.work();
    expect(await jobs.now(job)).toMatchObject({ status: "completed", result: { output } });
    const taken = submitJob(jobs.store, "export", parameters);
    await expect(taken).rejects.toMatchObject({ code: expect.stringMatching(/^FT-/) });
  });

  test("what is wrong with it is told with what mends it, and not tried again", async () => {
    const jobs = await queue();
    const output = join(jobs.folder, "tuned.gguf");
    const job = await submitJob(jobs.store, "export", { format: "gguf", model: data, output });
    await jobs.work();
    const failed = await eventsAfter(jobs.store, { jobId: job.id, types: ["unit-failed"] });
    expect(failed.map(({ data: told }) => told)).toEqual([
      expect.objectContaining({ attempt: 1, code: expect.stringMatching(/^FT-/) }),
    ]);
  });
});

describe("an upload in the queue", () => {
  test("is refused for a folder that holds no result, and for a name that is none", async () => {
    const { store, folder } = await queue();
    const empty = join(folder, "empty");
    mkdirSync(empty);
    writeFileSync(join(empty, "notes.txt"), "none");
    const nothing = submitJob(store, "upload", { folder: empty, id: "me/x" });
    await expect(nothing).rejects.toMatchObject({ code: expect.stringMatching(/^FT-UPLOAD-/) });
    const nameless = submitJob(store, "upload", { folder: model, id: "me" });
    await expect(nameless).rejects.toMatchObject({ code: "FT-UPLOAD-001" });
    const withToken = submitJob(store, "upload", { folder: model, id: "me/x", token: "hf_x" });
    await expect(withToken).rejects.toMatchObject({ code: "FT-JOB-007" });
  });
});
