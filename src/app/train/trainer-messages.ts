// What the trainer process is asked, and what it tells while it works. Plain data.
import type { RunEvent } from "../../runs/index.ts";
import type { WorkProgress } from "../../train/run.ts";
import type { RunRequest } from "./execute-run.ts";

export interface TrainerRequest {
  run: RunRequest;
  extensions: readonly string[];
}

export type TrainerTold = { event: RunEvent } | { progress: WorkProgress };
