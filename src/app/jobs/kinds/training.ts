// Training as a job: the run of `ft train start`, in the trainer's own process. One unit; where it was stopped, by whom
// ever, it goes on from its checkpoint. Trains nothing itself (app/train/).
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Environment } from "../../../core/paths.ts";
import {
  CONFIG_FILE,
  lockHolder,
  readEvents,
  type RunEvent,
  type RunEventOf,
} from "../../../runs/index.ts";
import {
  type ClaimedUnit,
  type Job,
  listJobs,
  readJob,
  setJobResult,
  type Store,
  type UnitContext,
  UnitFailure,
  type UnitOutcome,
} from "../../../store/index.ts";
import type { PartialRunConfig } from "../../config/schema.ts";
import type { TrainRunOptions } from "../../train/train-run.ts";
import { folderBusy, folderTaken } from "../job-errors.ts";
import { RunTeller } from "./run-teller.ts";
import { mostAttempts, Tries } from "./tries.ts";
import type { JobKind } from "./types.ts";

export const TrainingParameters = z.strictObject({
  /** Settings of the run as in YAML; what is left out has its default. */
  config: z.record(z.string(), z.unknown()),
  /** Where each setting is from, by dotted key; with them the settings are whole. */
  origins: z.record(z.string(), z.string()).optional(),
  /** Modules that register architectures and the like. */
  extensions: z.array(z.string()).default([]),
  /** The run that is in the folder already goes on. */
  resume: z.boolean().default(false),
  /** Though it is estimated not to fit. */
  force: z.boolean().default(false),
  /** Write a profile of the run into its folder. */
  profile: z.boolean().default(false),
  /** Let a Mac sleep meanwhile. */
  maySleep: z.boolean().default(false),
  /** What whoever asked for the run keeps with it; training looks at none of it. */
  facts: z.record(z.string(), z.unknown()).optional(),
});

export type TrainingParameters = z.infer<typeof TrainingParameters>;

/** Milliseconds that a trainer whose worker was killed may take to save and end. */
const patience = 600_000;

const trainer = () => import("../../train/train-run.ts");

const folderOf = ({ config }: TrainingParameters): string => String(config["output_dir"]);

/** Throws ConfigError FT-JOB-008 where a job that has not ended writes to the same folder. */
async function requireFree(store: Store, folder: string): Promise<void> {
  for (const status of ["pending", "running", "paused"] as const) {
    const jobs = await listJobs(store, { kind: "training", status, limit: 10_000 });
    const other = jobs.find((job) => folderOf(job.parameters as TrainingParameters) === folder);
    if (other !== undefined) throw folderTaken(folder, other.id);
  }
}

/** The settings whole, checked as `ft train start` checks them. */
async function prepared(
  given: TrainingParameters,
  { store }: { store: Store },
): Promise<TrainingParameters> {
  const { checkSettings, continuedSettings } = await import("../../train/check-settings.ts");
  const { extensions } = given;
  const check = given.resume ? continuedSettings : checkSettings;
  const { config, origins } = await check(given);
  await requireFree(store, config.output_dir);
  const { extensionUrl } = await import("../../extensions.ts");
  return { ...given, config, origins, extensions: extensions.map(extensionUrl) };
}

/** Whether this job has begun a run in its folder, so that what is there is its own. */
const hasBegun = ({ result }: Job, { resume }: TrainingParameters): boolean =>
  resume || result !== null;

/** A trainer whose worker was killed saves and ends; until then the folder is its. */
async function untilFree(folder: string, { signal, log }: UnitContext): Promise<void> {
  const end = performance.now() + patience;
  let isTold = false;
  for (let pid = lockHolder(folder); pid !== undefined; pid = lockHolder(folder)) {
    if (!isTold)
      await log("info", `waiting for process ${pid}, which is still writing to ${folder}`);
    isTold = true;
    if (performance.now() > end) throw folderBusy(folder, pid);
    await pause(200, undefined, { signal });
  }
}

function completed(folder: string): RunEventOf<"run-completed"> | undefined {
  const last = existsSync(join(folder, CONFIG_FILE)) ? readEvents(folder).at(-1) : undefined;
  return last?.type === "run-completed" ? last : undefined;
}

/** Starts the run, or goes on with it. */
async function train(
  parameters: TrainingParameters,
  isOwn: boolean,
  options: TrainRunOptions,
): Promise<RunEvent> {
  const { resumeRun, startRun } = await trainer();
  const folder = folderOf(parameters);
  if (isOwn && existsSync(join(folder, CONFIG_FILE))) {
    return completed(folder) ?? (await resumeRun(folder, options));
  }
  const { wholeSettings } = await import("../../train/check-settings.ts");
  return await startRun(wholeSettings(parameters), options);
}

const resultOf = (event: RunEventOf<"run-completed">) => ({
  folder: event.outputDir,
  runId: event.runId,
  steps: event.totalSteps,
  trainLoss: event.finalTrainingLoss,
  validationLoss: event.finalValidationLoss,
  adapter: event.adapterPath,
});

class TrainingWorker {
  readonly #store: Store;
  readonly #tries = new Tries();

  constructor(store: Store) {
    this.#store = store;
  }

  async run(unit: ClaimedUnit, context: UnitContext): Promise<UnitOutcome> {
    const parameters = TrainingParameters.parse(unit.parameters);
    const folder = folderOf(parameters);
    const isOwn = hasBegun(await readJob(this.#store.db, unit.jobId), parameters);
    await untilFree(folder, context);
    if (!isOwn) await this.#begin(unit.jobId, folder);
    const teller = new RunTeller(context);
    const last = await this.#trained(unit, parameters, isOwn, teller, context.signal);
    await teller.told();
    if (last.type !== "run-completed") throw new UnitFailure(`the run ended with ${last.type}`);
    const result = resultOf(last);
    return { result, effects: (db) => setJobResult(db, unit.jobId, result) };
  }

  /** What is in the folder from now on is this job's. Throws for one in which something is. */
  async #begin(jobId: string, folder: string): Promise<void> {
    const { checkOutputFolder } = await import("../../../runs/index.ts");
    checkOutputFolder(folder);
    await setJobResult(this.#store.db, jobId, { folder });
  }

  async #trained(
    unit: ClaimedUnit,
    parameters: TrainingParameters,
    isOwn: boolean,
    teller: RunTeller,
    signal: AbortSignal,
  ): Promise<RunEvent> {
    const { extensions, force, profile, maySleep } = parameters;
    try {
      return await train(parameters, isOwn, {
        ...{ extensions, force, profile, maySleep, signal },
        onEvent: (event) => teller.tell(event),
        onProgress: (progress) => teller.tellWork(progress),
      });
    } catch (error) {
      await teller.told();
      throw this.#tries.failure(unit, error);
    }
  }
}

export const trainingKind: JobKind<TrainingParameters> = {
  about: "fine-tunes a model, as ft train start does",
  parameters: TrainingParameters,
  jobsAtOnce: 1,
  title: ({ config }) => {
    const { model, data } = config as PartialRunConfig;
    return `${model?.name ?? "a model"} on ${data?.train_file ?? "its data"}`;
  },
  prepare: prepared,
  units: () => [{ key: "run", mostAttempts }],
  open: async ({ store }: { environment: Environment; store: Store }) => {
    const worker = new TrainingWorker(store);
    const run = async (unit: ClaimedUnit, context: UnitContext): Promise<UnitOutcome> =>
      await worker.run(unit, context);
    const training = { concurrency: 1, stopsWhenPaused: true, run };
    return { units: { training }, close: async () => undefined };
  },
};
