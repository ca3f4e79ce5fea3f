// A training in the queue: it trains as `ft train start` does, is told step by step, and goes on wherever it was stopped.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { runJobs } from "../../../src/app/jobs/run-jobs.ts";
import { submitJob } from "../../../src/app/jobs/submit.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { ConfigError, UsageError } from "../../../src/core/errors.ts";
import { lockHolder, showRun } from "../../../src/runs/index.ts";
import {
  cancelJob,
  eventsAfter,
  type Job,
  openStore,
  pauseJob,
  readJob,
  resumeJob,
  retryJob,
  type Store,
} from "../../../src/store/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { isStopped } from "../../support/program.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let model: string;
let data: string;
beforeAll(async () => {
  const folder = join(inject("runFolder"), "training-jobs");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 12);
});

interface Queue {
  store: Store;
  environment: Record<string, string>;
  submit(iters: number, extensions?: string[]): Promise<Job>;
  work(): Promise<void>;
  now(job: Job): Promise<Job>;
}

async function queue(): Promise<Queue> {
  const folder = makeFolder();
  const environment = { DATABASE_PATH: join(folder, "ft.db") };
  const store = await openStore(environment.DATABASE_PATH);
  onTestFinished(() => store.close());
  let count = 0;
  return {
    store,
    environment,
    submit: (iters, extensions = []) => {
      const output = join(folder, `run-${count++}`);
      return submitJob(store, "training", { config: settings(output, iters), extensions });
    },
    work: () => runJobs(environment, { untilEmpty: true, every: 20 }),
    now: ({ id }) => readJob(store.db, id),
  };
}

const settings = (output: string, iters: number) =>
  toyRunConfig({
    ...{ model, data, output },
    options: { optimization: { iters, batch_size: 2, report_every: 2 } },
  });

const folderOf = (job: Job): string => (job.result as { folder: string }).folder;

const weightsOf = (folder: string): Buffer =>
  readFileSync(join(folder, "final_model", "adapters.safetensors"));

/** What the same settings give without a queue. */
async function uninterrupted(iters: number): Promise<Buffer> {
  const output = join(makeFolder(), "run");
  await trainRun(settings(output, iters), { isolate: false });
  return weightsOf(output);
}

/** Stops the trainer's process, as Ctrl-Z would, once it has told of its second step; the first that trains, and no other. */
function stoppingItself(): string {
  const [folder, name] = [makeFolder(), "stops.mjs"];
  const marker = JSON.stringify(join(folder, "stopped"));
  writeFileSync(
    join(folder, name),
    `import { existsSync, writeFileSync } from "node:fs";
     const send = process.send?.bind(process);
     if (send) process.send = (message, ...rest) => {
       const isSent = send(message, ...rest);
       const event = message.told?.event;
       if (event?.type === "step-reported" && event.step === 2 && !existsSync(${marker})) {
         writeFileSync(${marker}, "");
         process.kill(process.pid, "SIGSTOP");
       }
       return isSent;
     };`,
  );
  return join(folder, name);
}

/** The trainer of a job once it stands still: no speed of a toy's steps decides what is met of it. */
async function stoppedTrainer(jobs: Queue, job: Job): Promise<number> {
  for (const end = Date.now() + 90_000; Date.now() < end; await pause(20)) {
    const { result } = await jobs.now(job);
    const { folder } = (result ?? {}) as { folder?: string };
    const trainer = folder === undefined ? undefined : lockHolder(folder);
    if (trainer !== undefined && isStopped(trainer)) return trainer;
  }
  throw new Error("no trainer has stopped");
}

/** Asks something of the worker while the trainer stands still, then lets that go on. */
async function whileHeld(jobs: Queue, job: Job, ask: () => Promise<unknown>): Promise<void> {
  const trainer = await stoppedTrainer(jobs, job);
  try {
    await ask();
    // many of the looks that the worker takes, one in 20 ms
    await pause(500);
  } finally {
    process.kill(trainer, "SIGCONT");
  }
}

describe("a training in the queue", () => {
  test("is trained as it would be without one, and told", async () => {
    const jobs = await queue();
    const job = await jobs.submit(6);
    expect(job).toMatchObject({
      status: "pending",
      kind: "training",
      title: `${model} on ${data}`,
    });
    await jobs.work();
    const done = await jobs.now(job);
    expect(done).toMatchObject({ status: "completed", result: { steps: 6 } });
    expect(weightsOf(folderOf(done)).equals(await uninterrupted(6))).toBe(true);
    const events = await eventsAfter(jobs.store, { jobId: job.id });
    const told = events.flatMap((event) => (event.type === "unit-progress" ? [event.data] : []));
    expect(told).toEqual([
      expect.objectContaining({ done: 6, total: 6, of: "steps", secondsLeft: 0 }),
    ]);
    expect(told[0]?.figures?.["loss"]).toBeGreaterThan(0);
    const lines = events.flatMap((event) => (event.type === "log" ? [event.data.message] : []));
    expect(lines[0]).toMatch(/^run \S+ in .*: 6 steps$/);
    expect(lines.at(-1)).toMatch(/^6 steps in .*, loss [\d.]+: .*final_model$/);
  });

  test("cancelled, it leaves a checkpoint from which it goes on to the same weights", async () => {
    const jobs = await queue();
    const job = await jobs.submit(30, [stoppingItself()]);
    const working = jobs.work();
    await whileHeld(jobs, job, async () => await cancelJob(jobs.store, job.id));
    await working;
    const cancelled = await jobs.now(job);
    expect(cancelled.status).toBe("cancelled");
    const run = showRun(folderOf(cancelled));
    expect(run.status).toBe("stopped");
    expect(run.step).toBeGreaterThanOrEqual(2);
    expect(run.step).toBeLessThan(30);
    expect(run.checkpoints.at(-1)?.step).toBe(run.step);

    await retryJob(jobs.store, job.id);
    await jobs.work();
    expect(await jobs.now(job)).toMatchObject({ status: "completed", result: { steps: 30 } });
    expect(weightsOf(run.outputDir).equals(await uninterrupted(30))).toBe(true);
  });

  test("paused, it stops at once and goes on when it is resumed", async () => {
    const jobs = await queue();
    const job = await jobs.submit(30, [stoppingItself()]);
    const working = jobs.work();
    await whileHeld(jobs, job, async () => await pauseJob(jobs.store, job.id));
    await working;
    const paused = await jobs.now(job);
    expect(paused).toMatchObject({ status: "paused", units: { done: 0, failed: 0 } });
    expect(showRun(folderOf(paused)).status).toBe("stopped");
    await resumeJob(jobs.store, job.id);
    await jobs.work();
    expect(weightsOf(folderOf(await jobs.now(job))).equals(await uninterrupted(30))).toBe(true);
  });

  test("one that fails does not keep the next from being trained", async () => {
    const jobs = await queue();
    const output = join(makeFolder(), "run");
    const config = {
      ...settings(output, 4),
      data: { train_file: writeRows(join(makeFolder(), "r.jsonl"), [{ odd: 1 }]) },
    };
    const wrong = await submitJob(jobs.store, "training", { config });
    const right = await jobs.submit(3);
    await jobs.work();
    const failed = await jobs.now(wrong);
    expect(failed.status).toBe("failed");
    expect(failed.units).toEqual({ total: 1, done: 0, failed: 1 });
    const events = await eventsAfter(jobs.store, { jobId: wrong.id });
    expect(events.filter(({ type }) => type === "unit-failed")).toEqual([
      expect.objectContaining({
        data: expect.objectContaining({ attempt: 1, code: expect.stringMatching(/^FT-DATA-/) }),
      }),
    ]);
    expect(await jobs.now(right)).toMatchObject({ status: "completed" });
  });
});

describe("what is refused when it is put into the queue", () => {
  test("settings that are wrong, with all that is wrong", async () => {
    const { store } = await queue();
    const wrong = submitJob(store, "training", { config: { lora: { r: 0 } } });
    await expect(wrong).rejects.toThrow(ConfigError);
    const unknown = submitJob(store, "training", { settings: {} });
    await expect(unknown).rejects.toMatchObject({ code: "FT-JOB-007" });
    await expect(submitJob(store, "trainig", {})).rejects.toThrow(UsageError);
  });

  test("a folder that another job is going to write to", async () => {
    const jobs = await queue();
    const config = settings(join(makeFolder(), "run"), 3);
    const { id } = await submitJob(jobs.store, "training", { config });
    const again = submitJob(jobs.store, "training", { config });
    await expect(again).rejects.toMatchObject({ code: "FT-JOB-008" });
    await cancelJob(jobs.store, id);
    await expect(submitJob(jobs.store, "training", { config })).resolves.toBeDefined();
  });
});
