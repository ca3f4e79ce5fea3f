// What passes between a program and its worker threads. Types only.
import type { PackedError } from "./packed-errors.ts";

export interface ThreadJob {
  job: unknown;
}

export type FromThread = { result: unknown } | { error: PackedError };
