// Clearing up after runs: forgets those whose folders are gone, and takes away checkpoints nobody will go on from.
// Never touches a run that is running, nor a final model.
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { listCheckpoints, readPointer } from "./checkpoints.ts";
import { acquireLock, lockHolder, type RunLock } from "./lock.ts";
import { forgetRun } from "./run-index.ts";
import { listRuns, type RunSummary } from "./run-list.ts";

export interface PruneOptions {
  /** Of completed runs, remove all checkpoints but the best and the latest. */
  checkpoints: boolean;
  /** Only say what would go. */
  dryRun: boolean;
}

export interface Pruned {
  /** Runs that are no longer listed. */
  forgotten: { runId: string; outputDir: string }[];
  checkpoints: { runId: string; path: string; bytes: number }[];
  /** Of all removed checkpoints. */
  bytes: number;
}

function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true });
  return files
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Checkpoints of a run beside the two that are pointed at. */
function spareCheckpoints({ runId, outputDir }: RunSummary): Pruned["checkpoints"] {
  const kept = [readPointer(outputDir, "best")?.step, readPointer(outputDir, "latest")?.step];
  return listCheckpoints(outputDir)
    .filter(({ step }) => !kept.includes(step))
    .map(({ path }) => ({ runId, path, bytes: bytesBelow(path) }));
}

/** The run's lock, so that nobody goes on with it meanwhile; undefined when somebody does already. */
function lockOf(run: RunSummary): RunLock | undefined {
  return lockHolder(run.outputDir) === undefined ? acquireLock(run.outputDir) : undefined;
}

function removeSpare(run: RunSummary, dryRun: boolean): Pruned["checkpoints"] {
  if (dryRun) return spareCheckpoints(run);
  const lock = lockOf(run);
  if (lock === undefined) return [];
  try {
    const spare = spareCheckpoints(run);
    for (const { path } of spare) rmSync(path, { recursive: true, force: true });
    return spare;
  } finally {
    lock.release();
  }
}

/** Does what the options say, or only tells it. */
export function pruneRuns({ checkpoints, dryRun }: PruneOptions): Pruned {
  const runs = listRuns();
  const gone = runs.filter((run) => run.status === "missing");
  if (!dryRun) for (const { runId } of gone) forgetRun(runId);
  const finished = checkpoints ? runs.filter((run) => run.status === "completed") : [];
  const removed = finished.flatMap((run) => removeSpare(run, dryRun));
  return {
    forgotten: gone.map(({ runId, outputDir }) => ({ runId, outputDir })),
    checkpoints: removed,
    bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
