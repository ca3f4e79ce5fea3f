// Runs a prepared run in this process: opens its folder, drives the loop, stamps and writes every event.
// Who watches, and in which process this happens, is train-run.ts.
import { join } from "node:path";
import { z } from "zod";
import { FtError } from "../../core/errors.ts";
import { keepAwake } from "../../core/keep-awake.ts";
import { asFtError } from "../../core/packed-errors.ts";
import { shellWord } from "../../core/shell.ts";
import { NO_MEMORY } from "../../core/system-errors.ts";
import { formatBytes } from "../../core/units.ts";
import { TORCH_DTYPES } from "../../models/options.ts";
import { isRemote } from "../../remote/tinker/errors.ts";
import {
  CONFIG_FILE,
  failedFact,
  openReporters,
  openRun,
  readRecord,
  recordRun,
  reopenRun,
  type RunEvent,
  type RunFact,
  type RunFolder,
  type RunRecord,
  stampEvent,
  unreadableConfig,
} from "../../runs/index.ts";
import { readTemplate } from "../../text/index.ts";
import { restoreCheckpoint } from "../../train/checkpoint.ts";
import type { LearnerRows } from "../../train/learner.ts";
import { saveAfterFailure, train } from "../../train/loop.ts";
import { isLost } from "../../train/parallel/ring.ts";
import type { TrainingRun, WorkProgress } from "../../train/run.ts";
import { type RunConfig, RunConfigSchema } from "../config/schema.ts";
import { becomeEqual, tellRun } from "./crew/agree.ts";
import {
  lengthNotices,
  recordLength,
  requireLonger,
  type RunLength,
  withLength,
} from "./extend-run.ts";
import { lostRowsOf } from "./lost-rows.ts";
import { cheapestChanges } from "./memory-plan.ts";
import { assembleRun, type PreparedRun, prepareRun, type RunCrew } from "./prepare-run.ts";
import { startProfile } from "./profile-run.ts";
import { requireSameInputs } from "./same-inputs.ts";
import { toldRows } from "./told-rows.ts";

/** Whatever was thrown in a run, as an error with a code. */
const failureOf = (thrown: unknown): FtError =>
  asFtError(thrown, ({ message, cause }) => new FtError("FT-RUN-UNEXPECTED", { message, cause }));

/** A new run, or the folder of one to go on with. */
export type RunRequest = HowToRun &
  (
    | { config: RunConfig; origins: Record<string, string> }
    | { resume: string; length?: RunLength | undefined }
  );

export interface HowToRun {
  /** Though it is estimated not to fit. */
  force?: boolean | undefined;
  /** Write a profile into the run's folder. */
  profile?: boolean | undefined;
  /** Let a Mac sleep meanwhile. */
  maySleep?: boolean | undefined;
}

export interface Watcher {
  onEvent(event: RunEvent): void;
  onProgress?: ((progress: WorkProgress) => void) | undefined;
  shouldStop(): boolean;
  /** Of the first of several workers. */
  crew?: CrewWatch | undefined;
}

/** How one of several workers works with the others. */
export interface CrewWatch extends RunCrew {
  /** A checkpoint is written though the others are gone. */
  onSaving(): void;
  /** Why the others are gone, as far as it is known soon. */
  reason(): Promise<string | undefined>;
}

function startedFact(prepared: PreparedRun, run: TrainingRun): RunFact {
  const { data, record, renderer, opened } = prepared;
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
    dataset: toldRows(data, prepared.config),
    outputDir: run.folder.path,
    resumedFromStep: run.state.step === 0 ? null : run.state.step,
    ...(run.crew && { workers: run.crew.workers }),
  };
}

/** Makes the run known to `ft runs`, or says that it is not: a read-only home is no reason not to train. */
async function enterInIndex(
  { runId, path }: RunFolder,
  startedAt: string,
  { config, data, notices }: PreparedRun,
): Promise<void> {
  const { model } = config;
  const entry = {
    runId,
    outputDir: path,
    startedAt,
    model: model.name,
    dataset: data.path,
    method: config.method ?? "",
  };
  try {
    await recordRun(entry);
  } catch (error) {
    notices.push(`ft runs list will not show this run: ${failureOf(error).message}`);
  }
}

/** All that a run will read. */
function rowsOf({ units, validation, test, collate, folder, ...run }: TrainingRun): LearnerRows {
  return {
    sequences: [...units, ...validation, ...test.units]
      .flat()
      .flatMap(({ sequences }) => sequences),
    // Sequences by themselves: those that share windows would be padded to whole ones.
    collate: { ...collate, buckets: [] },
    folder: folder.path,
    shouldStop: () => run.shouldStop(),
    onProgress: (done, total) =>
      run.onProgress?.({ stage: "computing frozen blocks", done, total }),
  };
}

const isEnd = ({ type }: RunFact): boolean => type === "run-completed" || type === "run-stopped";

function reporterFor(
  { config }: PreparedRun,
  { folder }: TrainingRun,
  onProblem: (message: string) => void,
): ReturnType<typeof openReporters> {
  const { path, runId } = folder;
  const { env: environment } = process;
  const input = { folder: path, runId, config: { ...config }, environment, fetch, onProblem };
  return openReporters(config.report_to, input);
}

/** Drives the loop; a failure is the last event and is thrown again. */
async function drive(
  prepared: PreparedRun,
  run: TrainingRun,
  watcher: Watcher,
  { profile = false, maySleep = false }: HowToRun,
): Promise<RunEvent> {
  if (!maySleep) keepAwake();
  let last: RunEvent | undefined;
  const warn = (message: string): void => tell({ type: "notice", level: "warning", message });
  const reporter = reporterFor(prepared, run, warn);
  const tell = (fact: RunFact): void => {
    last = run.folder.append(fact);
    watcher.onEvent(last);
    reporter.tell(last);
  };
  /** The last event of a run stays its last: what others have to say of it comes before. */
  const end = async (fact: RunFact): Promise<void> => {
    reporter.tell(stampEvent(run.folder.runId, fact));
    await reporter.close();
    last = run.folder.append(fact);
    watcher.onEvent(last);
  };
  const endProfile = profile ? await startProfile(run.folder.path, run.phases) : undefined;
  try {
    tell(startedFact(prepared, run));
    prepared.notices.forEach(warn);
    await run.learner.prepare?.(rowsOf(run));
    for await (const fact of train(run)) await (isEnd(fact) ? end(fact) : tell(fact));
    if (last?.type === "run-completed") await run.learner.forget?.();
  } catch (thrown) {
    const failure = failureOf(thrown);
    if (isLost(failure)) watcher.crew?.onSaving();
    if (failure.code === NO_MEMORY || isLost(failure)) await keepWhatIs(run, tell);
    const error = await explained(failure, prepared, run, watcher);
    try {
      await end(failedFact(error));
    } catch {
      // A full disk has no room for the log either; the error itself is what counts.
    }
    throw error;
  } finally {
    await endProfile?.();
  }
  if (last === undefined) throw new RangeError("a run without events");
  return last;
}

/** A step that did not fit changed nothing, so what was learned before it can be kept. */
async function keepWhatIs(run: TrainingRun, tell: (fact: RunFact) => void): Promise<void> {
  try {
    for await (const fact of saveAfterFailure(run)) tell(fact);
  } catch {
    // There may be no memory for that either: then the last checkpoint is what there is.
  }
}

async function explained(
  error: FtError,
  prepared: PreparedRun,
  run: TrainingRun,
  { crew }: Watcher,
): Promise<FtError> {
  if (isLost(error)) return withoutOthers(error, run, await crew?.reason());
  return error.code === NO_MEMORY
    ? await withLessMemory(error, prepared, run)
    : withWayOn(error, run.folder);
}

/** What became of a run whose other workers are gone. */
function withoutOthers(
  { code, message, cause }: FtError,
  { folder }: TrainingRun,
  reason = message,
): FtError {
  const latest = folder.pointer("latest");
  const from = latest === undefined ? "begins again" : `goes on after step ${latest.step}`;
  const hint = `ft train resume ${shellWord(folder.path)} ${from}, with any number of workers`;
  return new FtError(code, { message: reason, hint, cause });
}

/** What the addon could not have: the measured peak, what would need less, and where to go on from. */
async function withLessMemory(
  { code, message, exitCode, cause }: FtError,
  { planMemory }: PreparedRun,
  { learner, folder }: TrainingRun,
): Promise<FtError> {
  const { peakBytes, residentBytes } = learner.memory();
  const changes = cheapestChanges(await planMemory());
  const latest = folder.pointer("latest");
  return new FtError(code, {
    message: `${message} (${formatBytes(Math.max(peakBytes, residentBytes))} were in use at most)`,
    problems: changes.map((change) => `less is needed with ${change}`),
    hint:
      latest === undefined
        ? (changes[0]?.split(":")[0] ?? "a smaller --max-length")
        : `what was learned is kept in ${latest.path}; ft train resume ${shellWord(folder.path)} goes on ` +
          "from there where more is free",
    exitCode,
    cause,
  });
}

/** Codes of what a full disk or a missing permission makes of a run. */
const UNWRITTEN_TENSORS = "FT-WEIGHTS-021";
const isUnwritten = (code: string): boolean =>
  code === UNWRITTEN_TENSORS || code.startsWith("FT-FILE-");

/** What the machine refused to write can be mended, and the run gone on with: says how. */
function withWayOn(error: FtError, folder: RunFolder): FtError {
  if (!isUnwritten(error.code)) return error;
  const { code, message, hint, problems, exitCode, cause } = error;
  const latest = folder.pointer("latest");
  const from = latest === undefined ? "begins again" : `goes on after step ${latest.step}`;
  // The folder cannot be another one any more.
  const mend = code === UNWRITTEN_TENSORS ? hint : `make room and permission in ${folder.path}`;
  const both = `${mend}; then ft train resume ${shellWord(folder.path)} ${from}`;
  return new FtError(code, { message, problems, exitCode, cause, hint: both });
}

async function startNew(
  request: Extract<RunRequest, { config: RunConfig }>,
  watcher: Watcher,
): Promise<RunEvent> {
  const { origins, force } = request;
  const template = readTemplate(request.config.data.template);
  if (watcher.crew) tellRun(watcher.crew.ring, { config: request.config, template });
  const prepared = await prepareRun(request.config, watcher, { origins, force });
  const { config } = prepared;
  return await inFolder(openRun(config.output_dir), async (folder) => {
    await folder.writeRecord(prepared.record);
    await folder.writeSkippedRows(prepared.data.dataset.skipped);
    await folder.writeLostRows(lostRowsOf(prepared.data, prepared.config));
    await enterInIndex(folder, prepared.record.createdAt, prepared);
    const run = assembleRun(prepared, folder, watcher);
    if (watcher.crew) becomeEqual(watcher.crew.ring, prepared, run);
    return await drive(prepared, run, watcher, request);
  });
}

/** What the run began with: its configuration, at the commit and in the precision that were resolved then. */
export function recordedConfig(path: string, { config, model }: RunRecord): RunConfig {
  const { data: recorded, error } = RunConfigSchema.safeParse(config);
  if (error !== undefined) throw unreadableConfig(join(path, CONFIG_FILE), z.prettifyError(error));
  const { commit, dtype } = model ?? {};
  const precision = TORCH_DTYPES.find((name) => name === dtype);
  return {
    ...recorded,
    model: {
      ...recorded.model,
      ...(typeof commit === "string" && { revision: commit }),
      ...(precision !== undefined && { torch_dtype: precision }),
    },
  };
}

async function resume(
  { resume: path, length, ...how }: Extract<RunRequest, { resume: string }>,
  watcher: Watcher,
): Promise<RunEvent> {
  const record = readRecord(path);
  if (record.remote !== undefined) throw isRemote(path);
  return await inFolder(reopenRun(path), async (folder) => {
    const before = recordedConfig(path, record);
    const config = withLength(before, length ?? {});
    if (watcher.crew) tellRun(watcher.crew.ring, { config, template: record.template });
    const prepared = await prepareRun(config, watcher, {
      template: record.template,
      force: how.force,
    });
    requireSameInputs(record, prepared.record);
    // The folder may have been moved since it was entered.
    await enterInIndex(folder, record.createdAt, prepared);
    const run = assembleRun(prepared, folder, watcher);
    const latest = folder.pointer("latest") ?? folder.checkpoints().at(-1);
    if (latest !== undefined) {
      run.state = await restoreCheckpoint(latest.path, run.learner);
    }
    if (watcher.crew) becomeEqual(watcher.crew.ring, prepared, run);
    if (length !== undefined) {
      requireLonger(prepared, run.state.step);
      // Who asks for more steps has patience again.
      run.state.evaluationsWithoutGain = 0;
      await recordLength(folder, record, config);
      prepared.notices.push(...lengthNotices(before, prepared, run.state.step));
    }
    return await drive(prepared, run, watcher, how);
  });
}

/** Gives the folder back however the work ends. */
async function inFolder<T>(folder: RunFolder, work: (folder: RunFolder) => Promise<T>): Promise<T> {
  try {
    return await work(folder);
  } finally {
    folder.close();
  }
}

/** The run's last event: run-completed or run-stopped. Throws what made the run fail. */
export async function executeRun(request: RunRequest, watcher: Watcher): Promise<RunEvent> {
  return "resume" in request ? await resume(request, watcher) : await startNew(request, watcher);
}
