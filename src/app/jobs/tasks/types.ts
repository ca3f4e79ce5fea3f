// Work that a job does in a process of its own, so that a crash, or a memory that is full, ends that process alone.
import type { EventData, UnitProgress } from "../../../store/index.ts";

export interface TaskContext {
  /** Aborted when the job is cancelled or paused, or its worker has ended. */
  signal: AbortSignal;
  /** When an earlier try of the same unit began, in milliseconds since 1970: it may have done some of the work. */
  earlier: number | null;
  progress(progress: UnitProgress): void;
  log(level: EventData["log"]["level"], message: string): void;
}

/** Gives JSON: what the job brought. */
export type Task<P> = (parameters: P, context: TaskContext) => Promise<unknown>;

export interface TaskRequest {
  task: string;
  parameters: unknown;
  earlier: number | null;
}

export type TaskTold =
  | { progress: UnitProgress }
  | { level: EventData["log"]["level"]; message: string };
