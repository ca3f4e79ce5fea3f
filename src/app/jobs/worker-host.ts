// A process that works on jobs beside the one that is asked: started, started again when it dies, ended with its parent.
// Knows nothing of jobs: what died with it is taken back by the next one (store/queue/reaper.ts).
import { setTimeout as pause } from "node:timers/promises";
import { FtError } from "../../core/errors.ts";
import { logger } from "../../core/logger.ts";
import type { Environment } from "../../core/paths.ts";
import { type Death, supervise } from "../../core/supervisor.ts";
import { extensionUrl } from "../extensions.ts";
import { workerKeepsEnding } from "./job-errors.ts";
import type { WorkerRequest, WorkerTold } from "./worker-messages.ts";

export interface WorkerHostOptions {
  extensions?: readonly string[] | undefined;
  /** Deaths without a quiet time between them, before what is wrong is told as lasting. */
  mostDeaths?: number | undefined;
  /** Milliseconds of life after which earlier deaths no longer count. */
  quiet?: number | undefined;
  /** Milliseconds before the first new start; twice as long each time. */
  firstPause?: number | undefined;
}

const longestPause = 30_000;

function deathOf({ signal, code, lastWords }: Death): FtError {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  return new FtError("FT-JOB-012", {
    message: `the worker process ended ${how}`,
    problems: lastWords === "" ? [] : lastWords.split("\n").slice(-12),
    hint: "it is restarted, and its jobs continue",
  });
}

export class WorkerHost {
  /** How often it was started again. */
  restarts = 0;
  /** Resolves when it was closed. What keeps it from beginning, a full disk for one, may end by itself: it is tried on. */
  readonly ended: Promise<void>;
  readonly #environment: Environment;
  readonly #options: WorkerHostOptions;
  readonly #closing = new AbortController();
  #deaths = 0;
  #kill: () => void = () => undefined;
  #ready: (() => void)[] = [];
  #isReady = false;
  #problem: FtError | null = null;

  constructor(environment: Environment, options: WorkerHostOptions = {}) {
    this.#environment = environment;
    this.#options = options;
    this.ended = this.#live();
    this.ended.catch(() => undefined);
  }

  /** Whether it takes jobs now: false between a death and the next start. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** FT-JOB-009 with the last reason, while it ends again and again; null when it takes jobs, or only now ended. */
  get problem(): FtError | null {
    return this.#problem;
  }

  /** Resolves once it takes jobs, or was closed. */
  async ready(): Promise<void> {
    if (this.#isReady) return;
    await Promise.race([new Promise<void>((resolve) => this.#ready.push(resolve)), this.ended]);
  }

  /** Units in hand are stopped and given back. A process that has not ended after `patience` milliseconds is killed. */
  async close(patience = 30_000): Promise<void> {
    this.#closing.abort();
    const timer = setTimeout(() => this.#kill(), patience);
    await this.ended.catch(() => undefined);
    clearTimeout(timer);
  }

  async #live(): Promise<void> {
    const { signal } = this.#closing;
    const { firstPause = 500, mostDeaths = 5, quiet = 60_000 } = this.#options;
    while (!signal.aborted) {
      const began = performance.now();
      const error = await this.#once();
      this.#isReady = false;
      if (signal.aborted) return;
      if (performance.now() - began > quiet) this.#deaths = 0;
      this.#deaths += 1;
      const reason = error?.message ?? "it ended by itself";
      logger().warn(reason);
      if (this.#deaths >= mostDeaths)
        this.#problem = workerKeepsEnding(this.#deaths, reason, longestPause / 1000);
      const wait = Math.min(longestPause, firstPause * 2 ** (this.#deaths - 1));
      await pause(wait, undefined, { signal }).catch(() => undefined);
      this.restarts += 1;
    }
  }

  /** One life of the process; how it ended where that was no order. */
  async #once(): Promise<Error | undefined> {
    const isSource = import.meta.url.endsWith(".ts");
    const request: WorkerRequest = {
      environment: this.#environment,
      extensions: (this.#options.extensions ?? []).map(extensionUrl),
    };
    try {
      await supervise({
        entry: new URL(`./worker-process.${isSource ? "ts" : "js"}`, import.meta.url),
        request,
        signal: this.#closing.signal,
        onStarted: ({ kill }) => (this.#kill = kill),
        onTold: (told) => this.#hear(told as WorkerTold),
        onDeath: deathOf,
      });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #hear(told: WorkerTold): void {
    if (!told.ready) return;
    this.#isReady = true;
    this.#problem = null;
    for (const resolve of this.#ready.splice(0)) resolve();
  }
}

/** Starts a process that works on jobs and ends with this one. */
export function startWorkerProcess(
  environment: Environment = process.env,
  options: WorkerHostOptions = {},
): WorkerHost {
  return new WorkerHost(environment, options);
}
