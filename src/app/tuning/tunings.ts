// Tuning jobs as clients of OpenAI's API know them, over training jobs of the queue: what is asked for becomes settings
// of a run, and how the run stands is told in the words of that API. Trains nothing itself.
import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Environment, ftHome } from "../../core/paths.ts";
import {
  type Checkpoint,
  CONFIG_FILE,
  curvesOf,
  listCheckpoints,
  pointsOf,
  readEvents,
  type RunEvent,
} from "../../runs/index.ts";
import {
  eventsAfter,
  findJob,
  type Job,
  type JobEvent,
  listJobs,
  type Store,
} from "../../store/index.ts";
import { TrainingParameters } from "../jobs/kinds/training.ts";
import { submitJob } from "../jobs/submit.ts";
import { withPaths } from "../train/absolute-paths.ts";
import { contentPath } from "./kept-files.ts";
import { type PageAfter, pageAfter } from "./page-after.ts";
import { notSupported, unknownTuning } from "./tuning-errors.ts";

const auto = z.literal("auto");
const figure = z.union([auto, z.number().positive()]).default("auto");

const Hyperparameters = z
  .object({
    n_epochs: z.union([auto, z.number().positive().max(1000)]).default("auto"),
    batch_size: z.union([auto, z.int().positive().max(4096)]).default("auto"),
    learning_rate_multiplier: figure,
    beta: figure.describe("For dpo: how strongly training is held to the initial model"),
  })
  .prefault({});

const Method = z.object({
  type: z.enum(["supervised", "dpo", "reinforcement"]),
  supervised: z.object({ hyperparameters: Hyperparameters }).optional(),
  dpo: z.object({ hyperparameters: Hyperparameters }).optional(),
});

export const TuningRequest = z
  .object({
    model: z.string().min(1).max(300).describe("builtin/tiny, or the id of a model on the Hub"),
    training_file: z.string().describe("Id of an uploaded file"),
    validation_file: z.string().nullish().describe("Id of an uploaded file"),
    method: Method.optional(),
    hyperparameters: Hyperparameters.optional().describe(
      "Hyperparameters of supervised training, as older clients send them",
    ),
    seed: z.int().nonnegative().nullish(),
    suffix: z.string().max(64).nullish(),
    metadata: z.record(z.string(), z.string()).nullish(),
    integrations: z.array(z.unknown()).nullish(),
    ft: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("Other settings as in a run's YAML, except those that name files"),
  })
  .meta({ id: "TuningRequest" });

export type TuningRequest = z.infer<typeof TuningRequest>;

/** Kept with the training job: what was asked for, in the client's words. */
const Facts = z.object({ tuning: TuningRequest });

/** The rate that a multiplier of 1 means: that of ft train start. */
const usualRate = 2e-4;

const isModelName = (name: string): boolean => /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)?$/.test(name);

function hyperparametersOf({ method, hyperparameters }: TuningRequest) {
  const own = method?.type === "dpo" ? method.dpo : method?.supervised;
  return own?.hyperparameters ?? hyperparameters ?? Hyperparameters.parse({});
}

function refuse({ model, method, integrations, ft = {} }: TuningRequest): void {
  if (!isModelName(model)) {
    throw notSupported("a path as the model", "use a model of the Hub, or builtin/tiny", "model");
  }
  if (method?.type === "reinforcement") {
    throw notSupported("reinforcement", "method supervised or dpo", "method.type");
  }
  if ((integrations ?? []).length > 0) {
    throw notSupported(
      "integrations",
      'list the reporters in ft: {"reporting": …}',
      "integrations",
    );
  }
  const named: string[] = [];
  const note = (path: string): string => (named.push(path), path);
  withPaths(ft, { named: note, place: note });
  if (named.length > 0) throw notSupported("a setting that names a file", "leave it out", "ft");
}

/** Settings under settings: groups are put together, of two values the later counts. */
function merged(a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> {
  const isGroup = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const both = Object.entries(b).map(([key, value]) => {
    const before = a[key];
    return [key, isGroup(before) && isGroup(value) ? merged(before, value) : value] as const;
  });
  return { ...a, ...Object.fromEntries(both) };
}

function configOf(environment: Environment, request: TuningRequest): Record<string, unknown> {
  const { model, training_file: file, validation_file: validation, method, seed } = request;
  const { n_epochs: epochs, batch_size: batch, beta, ...rest } = hyperparametersOf(request);
  const multiplier = rest.learning_rate_multiplier;
  const own = {
    ...(method?.type === "dpo" && { objective: "dpo" }),
    model: { name: model },
    data: {
      train_file: contentPath(environment, file),
      ...(validation && { validation_file: contentPath(environment, validation) }),
    },
    optimization: {
      learning_rate: multiplier === "auto" ? usualRate : usualRate * multiplier,
      batch_size: batch === "auto" ? 2 : batch,
      ...(epochs !== "auto" && { epochs }),
    },
    ...(beta !== "auto" && { preference: { beta } }),
    ...(seed !== null && seed !== undefined && { seed }),
    output_dir: join(ftHome(environment), "tuned", randomBytes(8).toString("hex")),
  };
  return merged(own, request.ft ?? {});
}

/**
 * Puts the tuning into the queue, checked as ft train start checks a run.
 * @throws UsageError FT-TUNING-001 and -003; what is wrong with settings or rows, with their places.
 */
export async function startTuning(
  store: Store,
  environment: Environment,
  request: TuningRequest,
): Promise<Job> {
  refuse(request);
  const config = configOf(environment, request);
  const title = `${request.suffix ?? "fine-tuning"} of ${request.model}`;
  const parameters = { config, facts: { tuning: request } };
  return await submitJob(store, "training", parameters, { title, environment });
}

const idOf = (job: Job): string => `ftjob-${job.id}`;

export interface Tuning {
  id: string;
  job: Job;
  request: TuningRequest;
  folder: string;
  config: Record<string, unknown>;
}

function tuningOf(job: Job): Tuning | undefined {
  const parameters = TrainingParameters.safeParse(job.parameters);
  const facts = Facts.safeParse(parameters.data?.facts);
  if (parameters.data === undefined || !facts.success) return undefined;
  const { config } = parameters.data;
  const folder = String(config["output_dir"]);
  return { id: idOf(job), job, request: facts.data.tuning, folder, config };
}

/** Throws UsageError FT-TUNING-002. */
export async function findTuning(store: Store, id: string): Promise<Tuning> {
  const name = /^ftjob-([0-9a-z]+-[0-9a-f]+)$/.exec(id)?.[1];
  const job = name === undefined ? undefined : await findJob(store, name).catch(() => undefined);
  const found = job === undefined ? undefined : tuningOf(job);
  if (found === undefined) throw unknownTuning(id);
  return found;
}

/** Newest first, those behind the one of id `after`. */
export async function listTunings(
  store: Store,
  page: PageAfter,
): Promise<{ tunings: Tuning[]; hasMore: boolean }> {
  const jobs = await listJobs(store, { kind: "training", limit: 100_000 });
  const all = jobs.map(tuningOf).filter((one) => one !== undefined);
  const { items: tunings, hasMore } = pageAfter(all, page);
  return { tunings, hasMore };
}

/** What was asked for, and what "auto" came to. */
export function tuningHyperparameters({ request, config }: Tuning): Record<string, unknown> {
  const { epochs, batch_size } = (config["optimization"] ?? {}) as Record<string, unknown>;
  const asked = hyperparametersOf(request);
  return {
    ...asked,
    n_epochs: epochs ?? asked.n_epochs,
    batch_size: batch_size ?? asked.batch_size,
  };
}

/** What the run has told so far; nothing before it begins. */
export const runEventsOf = ({ folder }: Tuning): RunEvent[] =>
  existsSync(join(folder, CONFIG_FILE)) ? readEvents(folder) : [];

export interface TuningEvent {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  level: "info" | "warn" | "error";
  message: string;
  /** Of a report of steps. */
  figures?: Record<string, number | null>;
}

function ofQueue(event: JobEvent): TuningEvent[] {
  const { id, at, type, data } = event;
  const said = { id: `ftevent-${id}`, at };
  if (type === "log") {
    const { level, message } = data;
    return [{ ...said, level: level === "debug" ? "info" : level, message }];
  }
  if (type === "job-failed") return [{ ...said, level: "error", message: data.reason }];
  const words: Partial<Record<JobEvent["type"], string>> = {
    "job-created": "Created and queued",
    "job-started": "Started",
    "job-paused": "Paused",
    "job-resumed": "Resumed",
    "job-cancelled": "Cancelled",
    "job-completed": "Completed",
  };
  const message = words[type];
  return message === undefined ? [] : [{ ...said, level: "info", message }];
}

function ofRun(event: RunEvent): TuningEvent[] {
  if (event.type !== "step-reported") return [];
  const { step, trainLoss, learningRate, tokensPerSecond, runId } = event;
  const figures = {
    step,
    train_loss: trainLoss,
    learning_rate: learningRate,
    tokens_per_second: tokensPerSecond,
  };
  const loss = trainLoss === null ? "not a number" : trainLoss.toFixed(4);
  const message = `Step ${step}: training loss ${loss}`;
  const at = Date.parse(event.time);
  return [{ id: `ftevent-${runId}-${step}`, at, level: "info", message, figures }];
}

/** What happened, oldest first. */
export async function tuningEvents(store: Store, tuning: Tuning): Promise<TuningEvent[]> {
  const queue = await eventsAfter(store, { jobId: tuning.job.id, limit: 100_000 });
  const all = [...queue.flatMap(ofQueue), ...runEventsOf(tuning).flatMap(ofRun)];
  return all.toSorted((a, b) => a.at - b.at);
}

export interface TuningCheckpoint extends Checkpoint {
  trainLoss: number | null;
  validationLoss: number | null;
  /** Milliseconds since 1970. */
  savedAt: number;
}

/** Newest first. */
export function tuningCheckpoints(tuning: Tuning): TuningCheckpoint[] {
  const curves = curvesOf(runEventsOf(tuning));
  const at = (name: string, step: number): number | null =>
    pointsOf(curves, name).findLast((point) => point.step <= step)?.value ?? null;
  const found = existsSync(tuning.folder) ? listCheckpoints(tuning.folder) : [];
  return found
    .map((checkpoint) => ({
      ...checkpoint,
      savedAt: statSync(checkpoint.path).mtimeMs,
      trainLoss: at("trainLoss", checkpoint.step),
      validationLoss: at("validationLoss", checkpoint.step),
    }))
    .toSorted((a, b) => b.step - a.step);
}
