// Worker threads that take jobs and give results in the order of the jobs, for work that keeps a core busy. Without
// threads the same work runs here. A thread is no shelter: what ends one ends the work.
import { Worker } from "node:worker_threads";
import { FtError } from "./errors.ts";
import { unpackError } from "./packed-errors.ts";
import type { FromThread, ThreadJob } from "./thread-messages.ts";

/** A job's buffers that move to the thread instead of being copied. */
export interface Moved<Job> {
  job: Job;
  transfer?: ArrayBuffer[];
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Starts a module in a thread; a TypeScript source through tsx, which threads do not inherit. */
export function startThread(entry: URL, setup: unknown): Worker {
  if (!entry.pathname.endsWith(".ts")) return new Worker(entry, { workerData: setup });
  const api = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const program = `import(${api}).then(({ register }) => {
    register();
    return import(${JSON.stringify(entry.href)});
  });`;
  return new Worker(program, { eval: true, workerData: setup, execArgv: [] });
}

class Thread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];

  constructor(entry: URL, setup: unknown) {
    this.#worker = startThread(entry, setup);
    this.#worker.on("message", (message: FromThread) => {
      const next = this.#waiting.shift();
      if ("error" in message) next?.reject(unpackError(message.error));
      else next?.resolve(message.result);
    });
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("the thread ended")));
    this.#worker.unref();
  }

  get load(): number {
    return this.#waiting.length;
  }

  run(job: ThreadJob, transfer: ArrayBuffer[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(job, transfer);
    }).finally(() => {
      if (this.load === 0) this.#worker.unref();
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(cause: unknown): void {
    const error =
      cause instanceof FtError
        ? cause
        : new FtError("FT-THREAD-001", {
            message: `a worker thread ended before its work was done (${String(cause)})`,
            hint: "--threads 0 does the work without threads",
            cause,
          });
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

export class WorkThreads<Job, Result> {
  readonly #threads: Thread[];

  /** `entry` calls `serveThread`; `setup` is what it is given first, plain data. */
  constructor(entry: URL, { threads, setup }: { threads: number; setup: unknown }) {
    this.#threads = Array.from({ length: threads }, () => new Thread(entry, setup));
  }

  /** Results in the order of the jobs; at most two jobs a thread are under way. */
  async *map(jobs: AsyncIterable<Moved<Job>>): AsyncGenerator<Result> {
    const running: Promise<unknown>[] = [];
    for await (const { job, transfer = [] } of jobs) {
      const result = this.#idlest().run({ job }, transfer);
      // told when its turn comes
      result.catch(() => {});
      running.push(result);
      if (running.length >= 2 * this.#threads.length) yield (await running.shift()) as Result;
    }
    for (const result of running) yield (await result) as Result;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #idlest(): Thread {
    const [first, ...others] = this.#threads;
    if (first === undefined) throw new RangeError("there are no threads");
    return others.reduce((best, thread) => (thread.load < best.load ? thread : best), first);
  }
}
