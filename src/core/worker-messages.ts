// What a supervisor and its worker say to each other. Plain data.
import type { PackedError } from "./packed-errors.ts";

export type ToWorker =
  | { type: "start"; request: unknown }
  | { type: "said"; said: unknown }
  | { type: "stop" };

export type FromWorker =
  | { type: "told"; told: unknown }
  | { type: "done"; result: unknown }
  | { type: "failed"; error: PackedError };
