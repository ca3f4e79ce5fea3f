// What the process that keeps a run in the background is asked, and what it tells until the run has begun. Plain data.
import type { PackedError } from "../../core/packed-errors.ts";
import type { CrewHost } from "./crew/hosts-file.ts";
import type { TrainerRequest, TrainerTold } from "./trainer-messages.ts";

export type ToKeeper =
  | {
      type: "start";
      request: TrainerRequest;
      retry: boolean;
      /** Of several workers: where each is. */
      hosts?: readonly CrewHost[] | undefined;
    }
  /** Only heard while somebody still waits for the run to begin. */
  | { type: "stop" };

export type FromKeeper =
  | { type: "told"; told: TrainerTold }
  | { type: "failed"; error: PackedError };
