// What was put into the queue is done by this process, from when something first was until the server ends.
import { logger } from "../core/logger.ts";
import type { Environment } from "../core/paths.ts";

export class Work {
  readonly #environment: Environment;
  readonly #ending = new AbortController();
  #worker: Promise<void> | undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  begin(): void {
    this.#worker ??= this.#run();
  }

  async #run(): Promise<void> {
    const { runJobs } = await import("../app/jobs/run-jobs.ts");
    try {
      await runJobs(this.#environment, { signal: this.#ending.signal });
    } catch (error) {
      logger().error("the queue's worker ended", { reason: String(error) });
    } finally {
      this.#worker = undefined;
    }
  }

  /** Units in hand are stopped and given back; a run goes on from its checkpoint when there is a worker again. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#worker;
  }
}
