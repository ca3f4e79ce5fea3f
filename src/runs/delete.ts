// Removes a run for good: its folder and its place in the list. Never one that is running.
import { rmSync } from "node:fs";
import { lockHolder } from "./lock.ts";
import { runIsRunning } from "./run-errors.ts";
import { forgetRun } from "./run-index.ts";
import type { RunSummary } from "./run-list.ts";

/** Throws FT-RUN-014 (exit 75) while somebody writes to it. */
export function deleteRun({ runId, outputDir }: Pick<RunSummary, "runId" | "outputDir">): void {
  const holder = lockHolder(outputDir);
  if (holder !== undefined) throw runIsRunning(outputDir, holder);
  rmSync(outputDir, { recursive: true, force: true });
  forgetRun(runId);
}
