// What the one who started several workers and each worker say to each other, a line of JSON each. Plain data.
import type { PackedError } from "../../../core/packed-errors.ts";
import type { Crew } from "../../../train/parallel/shares.ts";
import type { HowToRun, RunRequest } from "../execute-run.ts";

export interface CrewRequest {
  crew: Crew;
  /** Workers on the same machine, which share its processor. */
  processes: number;
  /** Where its neighbour finds it. */
  ip: string;
  extensions: readonly string[];
  /** On another machine than whoever started it: a line that is dead shows only by silence. */
  isFar: boolean;
  work: LeadRequest | FollowRequest;
}

/** Of the first: it alone writes the run's folder, and tells the others what the run is. */
export interface LeadRequest {
  run: RunRequest;
}

export interface FollowRequest extends HowToRun {
  /** Files of the first worker's machine, and where the same is here. */
  places: readonly (readonly [there: string, here: string])[];
}

export type ToWorker =
  | { type: "start"; request: CrewRequest }
  /** Addresses by rank, as MLX reads them. */
  | { type: "join"; addresses: string[][] }
  | { type: "stop" }
  /** Some a minute. */
  | { type: "beat" }
  /** Waiting for the others has no use any more, and why. */
  | { type: "cut"; reason: string };

export type FromWorker =
  | { type: "ready"; address: string }
  | { type: "joined" }
  | { type: "told"; told: unknown }
  /** Exchanges between the workers, counted from 1. */
  | { type: "entered"; exchange: number; bytes: number }
  | { type: "left"; exchange: number }
  /** Some a minute, whatever else the process does. */
  | { type: "beat" }
  /** It writes a checkpoint though it was cut off. */
  | { type: "saving" }
  | { type: "done"; result: unknown }
  | { type: "failed"; error: PackedError };

/** What a worker and the thread beside it share: places in an array of numbers. */
export const SHARED = { stop: 0, joined: 1 } as const;

/** What is missing in a run of several is told by rank; a person counts from one. */
export const workerName = ({ rank, workers }: Crew, host?: string): string =>
  `worker ${rank + 1} of ${workers}${host === undefined ? "" : ` (${host})`}`;
