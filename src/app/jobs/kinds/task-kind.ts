// Kinds of jobs of one unit that is a use case of its own: done in a process of its own, told as it tells of itself.
// What the use case is stands in tasks/.
import { setTimeout as pause } from "node:timers/promises";
import type { z } from "zod";
import type { Environment } from "../../../core/paths.ts";
import { isAlive, type ProcessIdentity, thisProcess } from "../../../core/process-alive.ts";
import { supervise } from "../../../core/supervisor.ts";
import {
  type ClaimedUnit,
  readJob,
  setJobResult,
  type Store,
  type UnitContext,
  type UnitOutcome,
} from "../../../store/index.ts";
import { taskDied } from "../job-errors.ts";
import type { TaskRequest, TaskTold } from "../tasks/types.ts";
import { mostAttempts, Tries } from "./tries.ts";
import type { JobKind } from "./types.ts";

export interface TaskKind<P> {
  about: string;
  parameters: z.ZodType<P>;
  jobsAtOnce: number;
  title(parameters: P): string;
  /** Paths made absolute, and what is plainly wrong refused. */
  prepare(parameters: P, context: { environment: Environment }): Promise<P>;
  /** The name in tasks/registry.ts. */
  task: string;
}

/** What a job holds while it is done: when it was first begun, and the worker in whose hands it is. */
interface Begun {
  begunAt: number;
  worker: ProcessIdentity;
}

/** Milliseconds that a process may take to stop whose worker was killed. */
const patience = 1000;

class TaskWorker {
  readonly #store: Store;
  readonly #task: string;
  readonly #tries = new Tries();

  constructor(store: Store, task: string) {
    this.#store = store;
    this.#task = task;
  }

  async run(unit: ClaimedUnit, context: UnitContext): Promise<UnitOutcome> {
    const earlier = await this.#begin(unit, context);
    const { parameters } = unit;
    const result = await this.#done(unit, { task: this.#task, parameters, earlier }, context);
    return { result, effects: (db) => setJobResult(db, unit.jobId, result) };
  }

  /** When it was first begun by an earlier try; null when this is the first. */
  async #begin({ jobId }: ClaimedUnit, { signal }: UnitContext): Promise<number | null> {
    const { result } = await readJob(this.#store.db, jobId);
    const begun = result as Begun | null;
    // of a worker that was killed, what it had started hears so and stops
    if (begun !== null && !isAlive(begun.worker)) await pause(patience, undefined, { signal });
    const begunAt = begun?.begunAt ?? Date.now();
    await setJobResult(this.#store.db, jobId, { begunAt, worker: thisProcess() });
    return begun?.begunAt ?? null;
  }

  async #done(unit: ClaimedUnit, request: TaskRequest, context: UnitContext): Promise<unknown> {
    const isSource = import.meta.url.endsWith(".ts");
    let writing: Promise<void> = Promise.resolve();
    const tell = (told: TaskTold): Promise<void> =>
      "progress" in told ? context.progress(told.progress) : context.log(told.level, told.message);
    try {
      return await supervise({
        entry: new URL(`../tasks/task-process.${isSource ? "ts" : "js"}`, import.meta.url),
        request,
        signal: context.signal,
        onTold: (told) => void (writing = writing.then(() => tell(told as TaskTold))),
        onDeath: ({ signal, code, lastWords }) =>
          taskDied(signal === null ? `with exit code ${code}` : `by ${signal}`, lastWords),
      });
    } catch (error) {
      throw this.#tries.failure(unit, error);
    } finally {
      await writing;
    }
  }
}

export function taskKind<P>(kind: TaskKind<P>): JobKind<P> {
  const { task, jobsAtOnce } = kind;
  return {
    ...kind,
    units: () => [{ key: task, mostAttempts }],
    open: async ({ store }) => {
      const worker = new TaskWorker(store, task);
      const run = async (unit: ClaimedUnit, context: UnitContext): Promise<UnitOutcome> =>
        await worker.run(unit, context);
      const stopsWhenPaused = true;
      const units = { [task]: { concurrency: jobsAtOnce, stopsWhenPaused, run } };
      return { units, close: async () => undefined };
    },
  };
}
