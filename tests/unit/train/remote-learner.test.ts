// The loop with a learner that lives in another process: it steps, evaluates, saves and goes on without knowing where.
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { BatchPlan, collate } from "../../../src/data/index.ts";
import { openRun, reopenRun, type RunFact, type RunFolder } from "../../../src/runs/index.ts";
import { restoreCheckpoint } from "../../../src/train/checkpoint.ts";
import type { Learner, LearnerState } from "../../../src/train/learner.ts";
import { train } from "../../../src/train/loop.ts";
import { OptimizationOptions } from "../../../src/train/options.ts";
import { Phases } from "../../../src/train/phases.ts";
import { everyEvaluation, type TrainingRun, type Unit } from "../../../src/train/run.ts";
import { initialState } from "../../../src/train/state.ts";
import { makeFolder } from "../../support/folders.ts";

const program = fileURLToPath(new URL("../../fixtures/train/bigram-process.mjs", import.meta.url));

/** Sends each call over the pipe and waits for its answer. */
class RemoteLearner implements Learner {
  readonly #process: ChildProcess = fork(program, { serialization: "advanced" });
  readonly #waiting = new Map<number, (result: unknown) => void>();
  pid = 0;
  #calls = 0;

  constructor() {
    this.#process.on("message", ({ id, pid, result }: Answer) => {
      this.pid = pid;
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
  }

  #ask<T>(name: string, input: unknown): Promise<T> {
    const id = this.#calls++;
    return new Promise<T>((resolve) => {
      this.#waiting.set(id, resolve as (result: unknown) => void);
      this.#process.send({ id, name, input });
    });
  }

  step: Learner["step"] = (input) => this.#ask("step", input);
  evaluate: Learner["evaluate"] = (batch) => this.#ask("evaluate", batch);
  save = (folder: string): Promise<LearnerState> => this.#ask("save", folder);
  restore = (folder: string, state: LearnerState): Promise<void> =>
    this.#ask("restore", { folder, state });

  async saveResult(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    await this.save(folder);
  }

  memory = (): ReturnType<Learner["memory"]> => ({
    activeBytes: 0,
    peakBytes: 0,
    residentBytes: 0,
  });

  close(): void {
    this.#process.disconnect();
  }
}

interface Answer {
  id: number;
  pid: number;
  result: unknown;
}

const learners: RemoteLearner[] = [];
afterEach(() => {
  for (const learner of learners.splice(0)) learner.close();
});

function makeLearner(): RemoteLearner {
  const learner = new RemoteLearner();
  learners.push(learner);
  return learner;
}

/** Rows that count upwards by two. */
const units: Unit[] = [0, 1, 4, 5, 6, 7].map((start) => {
  const ids = Int32Array.from({ length: 9 }, (_, at) => (start + 2 * at) % 16);
  const row = { sample: { kind: "text" as const, text: "" }, format: "text", file: "", line: 1 };
  return [{ row, sequences: [{ ids, weights: new Float32Array(9).fill(1) }] }];
});

const options = OptimizationOptions.parse({
  ...{ batch_size: 2, save_steps: 100, eval_steps: 6, report_every: 2 },
});

function makeRun(folder: RunFolder, learner: Learner, stopAfter = Infinity): TrainingRun {
  const state = initialState();
  return {
    learner,
    objective: {
      collate: (some, how) =>
        collate(
          some.map(([one]) => one?.sequences ?? []),
          how,
        ),
    },
    schedule: () => 2,
    plan: new BatchPlan({
      lengths: units.map(() => 9),
      ...{ batchSize: 2, accumulation: 1, seed: 1, order: "shuffled" },
    }),
    units,
    validation: units.slice(0, 2),
    evaluations: everyEvaluation(options, 2, 12),
    test: { units: [], batches: [] },
    stepsAnUpdate: 1,
    collate: { padId: 0, padToMultiple: 1, maxLength: 64 },
    shapes: 1,
    options,
    bestBy: { name: "validation_loss", better: "lower" },
    totalSteps: 12,
    seed: 1,
    trainableParameters: 256,
    totalParameters: 256,
    folder,
    state,
    phases: new Phases(),
    shouldStop: () => state.step >= stopAfter,
  };
}

async function factsOf(run: TrainingRun): Promise<RunFact[]> {
  const facts: RunFact[] = [];
  for await (const fact of train(run)) facts.push(fact);
  return facts;
}

const tableOf = (folder: RunFolder): unknown =>
  JSON.parse(readFileSync(join(folder.finalModelPath, "table.json"), "utf8"));

function losses(facts: readonly RunFact[]): unknown[] {
  return facts.flatMap((fact) =>
    fact.type === "step-reported"
      ? [{ step: fact.step, loss: fact.trainLoss, of: fact.metrics }]
      : [],
  );
}

async function begunRun(path: string): Promise<RunFolder> {
  const folder = openRun(path);
  await folder.writeRecord({ createdAt: new Date().toISOString(), config: {} });
  return folder;
}

test("a run trains in another process, with figures of its own", async () => {
  const folder = await begunRun(join(makeFolder(), "run"));
  const learner = makeLearner();
  const facts = await factsOf(makeRun(folder, learner));
  folder.close();
  expect(learner.pid).not.toBe(process.pid);
  expect(facts.at(-1)).toMatchObject({ type: "run-completed", totalSteps: 12 });
  const reports = losses(facts) as { loss: number; of: Record<string, number> }[];
  expect(reports.at(-1)?.loss).toBeLessThan(reports[0]?.loss ?? 0);
  expect(reports.map(({ of }) => of["steps"])).toEqual([1.5, 3.5, 5.5, 7.5, 9.5, 11.5]);
});

test("stopped and gone on with by a new process, it ends where a whole run ends", async () => {
  const whole = await begunRun(join(makeFolder(), "whole"));
  const wholeFacts = await factsOf(makeRun(whole, makeLearner()));
  const path = join(makeFolder(), "parts");
  const first = await begunRun(path);
  const before = await factsOf(makeRun(first, makeLearner(), 5));
  first.close();
  expect(before.at(-1)).toMatchObject({ type: "run-stopped", step: 5 });

  const second = reopenRun(path);
  const run = makeRun(second, makeLearner());
  run.state = await restoreCheckpoint(second.pointer("latest")?.path ?? "", run.learner);
  const after = await factsOf(run);
  expect(tableOf(second)).toEqual(tableOf(whole));
  expect([...losses(before), ...losses(after)]).toEqual(losses(wholeFacts));
  for (const folder of [whole, second]) folder.close();
});
