// Runs a prepared run in this process: opens its folder, drives the loop, stamps and writes every event.
// Who watches, and in which process this happens, is train-run.ts.
import { FtError } from "../core/errors.ts";
import {
  checkOutputFolder,
  openRun,
  readRecord,
  recordRun,
  reopenRun,
  type RunEvent,
  type RunFact,
  type RunEntry,
  type RunFolder,
} from "../runs/index.ts";
import { autoFormat } from "../data/formats/index.ts";
import { restoreCheckpoint } from "../train/checkpoint.ts";
import { train } from "../train/loop.ts";
import type { TrainingRun } from "../train/run.ts";
import { type RunConfig, RunConfigSchema } from "./config/schema.ts";
import { type PreparedRun, prepareRun } from "./prepare-run.ts";

/** A new run, or the folder of one to go on with. */
export type RunRequest = { config: RunConfig; origins?: Record<string, string> } | { resume: string };

export interface Watcher {
  onEvent(event: RunEvent): void;
  shouldStop(): boolean;
}

function startedFact(prepared: PreparedRun, run: TrainingRun): RunFact {
  const { data, record, renderer, opened } = prepared;
  const { samples } = data.train;
  const supervised = samples.reduce(
    (sum, sample) => sum + sample.weights.reduce((count, weight) => count + Math.sign(weight), 0),
    0,
  );
  return {
    type: "run-started",
    config: record.config,
    model: {
      name: String(record.model?.["name"]),
      architecture: String(record.model?.["architecture"]),
      baseModel: opened.tokenizer.chatTemplate === undefined,
    },
    template: renderer.name,
    trainableParameters: prepared.trainableParameters,
    totalParameters: prepared.totalParameters,
    totalSteps: run.totalSteps,
    dataset: {
      trainFile: data.path,
      trainRows: samples.length,
      validationRows: data.validation.samples.length,
      formats: data.dataset.summary.formatCounts,
      formatOverride: prepared.config.data.format !== autoFormat,
      tokens: samples.reduce((sum, sample) => sum + sample.ids.length, 0),
      supervisedTokens: supervised,
      truncatedRows: data.train.truncated,
      droppedRows: data.train.dropped.length,
    },
    outputDir: run.folder.path,
    resumedFromStep: run.state.step === 0 ? null : run.state.step,
  };
}

function indexEntry({ runId, path }: RunFolder, { config, data, record }: PreparedRun): RunEntry {
  return {
    runId,
    outputDir: path,
    startedAt: record.createdAt,
    model: config.model.name,
    dataset: data.path,
    method: config.method,
  };
}

/** Drives the loop; a failure is the last event and is thrown again. */
async function drive(
  folder: RunFolder,
  prepared: PreparedRun,
  run: TrainingRun,
  watcher: Watcher,
): Promise<RunEvent> {
  let last: RunEvent | undefined;
  const tell = (fact: RunFact): void => {
    last = folder.append(fact);
    watcher.onEvent(last);
  };
  try {
    tell(startedFact(prepared, run));
    for (const message of prepared.notices) tell({ type: "notice", level: "warning", message });
    for await (const fact of train(run)) tell(fact);
  } catch (error) {
    tell(failedFact(error));
    throw error;
  } finally {
    folder.close();
  }
  if (last === undefined) throw new RangeError("a run without events");
  return last;
}

function failedFact(error: unknown): RunFact {
  const known = error instanceof FtError ? error : undefined;
  return {
    type: "run-failed",
    code: known?.code ?? "FT-RUN-UNEXPECTED",
    message: error instanceof Error ? error.message : String(error),
    hint: known?.hint ?? null,
    problems: [...(known?.problems ?? [])],
  };
}

async function startNew(
  request: Extract<RunRequest, { config: RunConfig }>,
  watcher: Watcher,
): Promise<RunEvent> {
  checkOutputFolder(request.config.output_dir);
  const prepared = await prepareRun(request.config, {
    ...(request.origins !== undefined && { origins: request.origins }),
  });
  const folder = openRun(request.config.output_dir);
  await folder.writeRecord(prepared.record);
  await recordRun(indexEntry(folder, prepared));
  return await drive(folder, prepared, prepared.open(folder, watcher.shouldStop), watcher);
}

async function resume(path: string, watcher: Watcher): Promise<RunEvent> {
  const record = readRecord(path);
  const config = RunConfigSchema.parse(record.config);
  const prepared = await prepareRun(config);
  const folder = reopenRun(path);
  const run = prepared.open(folder, watcher.shouldStop);
  const latest = folder.pointer("latest") ?? folder.checkpoints().at(-1);
  if (latest !== undefined) {
    run.state = await restoreCheckpoint(latest.path, prepared.tuning, run.optimizer);
  }
  return await drive(folder, prepared, run, watcher);
}

/** The run's last event: run-completed or run-stopped. Throws what made the run fail. */
export async function executeRun(request: RunRequest, watcher: Watcher): Promise<RunEvent> {
  return "resume" in request ? await resume(request.resume, watcher) : await startNew(request, watcher);
}
