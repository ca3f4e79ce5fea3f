// What the process that works on jobs is started with, and what it tells. Plain data.
import type { Environment } from "../../core/paths.ts";

export interface WorkerRequest {
  environment: Environment;
  /** Modules that register kinds of jobs and the like. */
  extensions: readonly string[];
}

export type WorkerTold = { ready: true };
