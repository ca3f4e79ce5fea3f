// Training as one function: starts a run in a process of its own, passes its events on, and says how it ended.
// What is said of a trainer that died is trainer-death.ts's. Only the trainer writes the run folder.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FtError } from "../../core/errors.ts";
import { deepFreeze } from "../../core/frozen.ts";
import { type Death, supervise } from "../../core/supervisor.ts";
import { fetchModel } from "../../models/open-model.ts";
import { CONFIG_FILE, readRecord, type RunEvent } from "../../runs/index.ts";
import type { WorkProgress } from "../../train/run.ts";
import type { DownloadProgress } from "../../weights/index.ts";
import { layer } from "../config/layers.ts";
import { type ResolvedConfig, resolveConfig } from "../config/resolve.ts";
import type { PartialRunConfig } from "../config/schema.ts";
import { extensionUrl, loadExtensions } from "../extensions.ts";
import { withAbsolutePaths } from "./absolute-paths.ts";
import { checkRun, requireData } from "./check-run.ts";
import { requireDivisible } from "./crew/refuse.ts";
import { type CrewPlan, trainWithCrew } from "./crew/train-crew.ts";
import { executeRun, type HowToRun, recordedConfig, type RunRequest } from "./execute-run.ts";
import type { RunLength } from "./extend-run.ts";
import { teacherOf } from "./teacher.ts";
import { deathOfTrainer, isCrash } from "./trainer-death.ts";
import type { TrainerRequest, TrainerTold } from "./trainer-messages.ts";

/** Who hears of a run, and what stops it. */
export interface TrainRunOptions extends HowToRun {
  onEvent?: ((event: RunEvent) => void) | undefined;
  /** Gets how far tokenizing and evaluating have come, some times a second. */
  onProgress?: ((progress: WorkProgress) => void) | undefined;
  /** In a process of its own (default), so that a crash or a full memory leaves the caller alive. */
  isolate?: boolean | undefined;
  /** Modules that register architectures, templates and the like, as paths or URLs. */
  extensions?: readonly string[] | undefined;
  /** If the trainer crashes, start it again once from the last checkpoint. Needs `isolate`. */
  retry?: boolean | undefined;
  /** Called before that, with the error that the crash would have been. */
  onRetry?: ((error: FtError) => void) | undefined;
  /** Gets how far the download of a Hub model has come. */
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
  /** Aborting finishes the step, saves a checkpoint and ends with run-stopped; while downloading, it throws. */
  signal?: AbortSignal | undefined;
  /** Called once the settings are found right, before anything is loaded. */
  onChecked?: (() => void) | undefined;
  /** Several processes that train together, here or on several machines. Needs `isolate`. */
  crew?: CrewPlan | undefined;
}

/**
 * Trains from the beginning; what `given` leaves out has the schema's defaults.
 * Resolves to run-completed or run-stopped; throws the FtError that ended the run.
 */
export async function trainRun(
  given: PartialRunConfig,
  options: TrainRunOptions = {},
): Promise<RunEvent> {
  await loadExtensions(options.extensions);
  return await startRun(resolveConfig([layer("argument", "", given)]), options);
}

/** Trains from the beginning with settings that are resolved; they are checked here, and nowhere else. */
export async function startRun(
  resolved: ResolvedConfig,
  options: TrainRunOptions = {},
): Promise<RunEvent> {
  return await carryOut(await checkedRequest(resolved, options), options);
}

/** What a trainer is asked for these settings, once they are checked and the model is on this machine. */
export async function checkedRequest(
  resolved: ResolvedConfig,
  options: Pick<TrainRunOptions, "onChecked" | "onDownload" | "signal" | "crew">,
): Promise<RunRequest> {
  checkRun(resolved.config);
  if (options.crew !== undefined) requireDivisible(resolved.config, options.crew.hosts.length);
  const config = withAbsolutePaths(resolved.config);
  options.onChecked?.();
  await requireData(config);
  // Here and not in the trainer, which only says how training goes.
  for (const model of [config.model, teacherOf(config)].filter((one) => one !== undefined))
    await fetchModel(model, { onProgress: options.onDownload, signal: options.signal });
  return { config, origins: Object.fromEntries(resolved.origins) };
}

/** How a run goes on. */
export interface ResumeRunOptions extends TrainRunOptions {
  /** How long the run is in all, instead of the length it has. Its learning rates are then those of such a run. */
  length?: RunLength | undefined;
}

/** Throws ConfigError FT-CONFIG-099 where the run in `folder` is not one for several workers. */
export function requireCrewCan(folder: string, crew: CrewPlan | undefined): void {
  if (crew === undefined) return;
  requireDivisible(recordedConfig(folder, readRecord(folder)), crew.hosts.length);
}

/** Goes on with the run in `folder` from its latest checkpoint. */
export async function resumeRun(
  folder: string,
  { length, ...options }: ResumeRunOptions = {},
): Promise<RunEvent> {
  requireCrewCan(folder, options.crew);
  return await carryOut({ resume: folder, length }, options);
}

/** Carries out what is checked already: to the run's last event, or the error that ended it. */
export async function carryOut(asked: RunRequest, options: TrainRunOptions): Promise<RunEvent> {
  const { force, profile, maySleep } = options;
  const request = { ...asked, force, profile, maySleep };
  const isIsolated = options.crew !== undefined || (options.isolate ?? true);
  const last = await (isIsolated ? superviseTrainer : trainHere)(request, options);
  return deepFreeze(last) as RunEvent;
}

async function trainHere(request: RunRequest, options: TrainRunOptions): Promise<RunEvent> {
  await loadExtensions(options.extensions);
  return await executeRun(request, {
    onEvent: (event) => options.onEvent?.(event),
    onProgress: options.onProgress,
    shouldStop: () => options.signal?.aborted ?? false,
  });
}

async function superviseTrainer(run: RunRequest, options: TrainRunOptions): Promise<RunEvent> {
  const folder = "resume" in run ? run.resume : run.config.output_dir;
  const crash: { error?: FtError } = {};
  try {
    return await superviseOnce(run, folder, options, (error) => (crash.error = error));
  } catch (error) {
    const isAgain = options.retry === true && options.signal?.aborted !== true;
    if (!isAgain || crash.error === undefined || error !== crash.error) throw error;
    options.onRetry?.(crash.error);
    return await superviseOnce(goingOn(run, folder), folder, options);
  }
}

/** The same run from its last checkpoint, if it had come as far as to begin. */
function goingOn(run: RunRequest, folder: string): RunRequest {
  const isBegun = "resume" in run || existsSync(join(folder, CONFIG_FILE));
  return isBegun ? { ...run, resume: folder } : run;
}

async function superviseOnce(
  run: RunRequest,
  folder: string,
  options: TrainRunOptions,
  onCrash?: (error: FtError) => void,
): Promise<RunEvent> {
  const extensions = (options.extensions ?? []).map(extensionUrl);
  const watch = {
    onTold(told: unknown) {
      const said = told as TrainerTold;
      if ("event" in said) options.onEvent?.(said.event);
      else options.onProgress?.(said.progress);
    },
    signal: options.signal,
  };
  /** Of the only one, or of one of several by its name. */
  const deathOf = (death: Death, worker?: string): FtError => {
    const error = deathOfTrainer(folder, death, worker);
    if (isCrash(death)) onCrash?.(error);
    return error;
  };
  if (options.crew !== undefined) {
    const onDeath = (worker: string, death: Death): FtError => deathOf(death, worker);
    return (await trainWithCrew(options.crew, run, { ...watch, extensions, onDeath })) as RunEvent;
  }
  const isSource = import.meta.url.endsWith(".ts");
  const last = await supervise({
    entry: new URL(`./trainer-process.${isSource ? "ts" : "js"}`, import.meta.url),
    request: { run, extensions } satisfies TrainerRequest,
    ...watch,
    onDeath: (death) => deathOf(death),
  });
  return last as RunEvent;
}
