// Training at Tinker as one function: a new run, one that goes on in its folder, or one that goes on from an address.
import { resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { interrupted } from "../../core/interrupted.ts";
import { expandHome } from "../../core/paths.ts";
import { remoteBatch } from "../../remote/tinker/batch.ts";
import { downloadAdapter, EXPORT_SECONDS, fetchExported } from "../../remote/tinker/download.ts";
import { isMissing, noModel, nothingLeft, notRemote } from "../../remote/tinker/errors.ts";
import { readPlace, type RemotePlace, TinkerLearner } from "../../remote/tinker/learner.ts";
import { offeredModels, weightsInfo } from "../../remote/tinker/rest.ts";
import type { Session } from "../../remote/tinker/session.ts";
import { PROTOCOL_VERSION } from "../../remote/tinker/settings.ts";
import { tokenizerId } from "../../remote/tinker/tokenizer.ts";
import { type LoraShape, TrainingClient, type Wire } from "../../remote/tinker/training-client.ts";
import { isTinkerUri, parseUri, stepOf } from "../../remote/tinker/uri.ts";
import {
  openRun,
  readRecord,
  recordRun,
  reopenRun,
  type RunEvent,
  type RunFolder,
  type RunRecord,
} from "../../runs/index.ts";
import { restoreCheckpoint } from "../../train/checkpoint.ts";
import { Phases } from "../../train/phases.ts";
import { everyEvaluation, type TrainingRun } from "../../train/run.ts";
import { initialState, type RunState } from "../../train/state.ts";
import type { DownloadProgress } from "../../weights/index.ts";
import { type RunConfig, RunConfigSchema } from "../config/schema.ts";
import { productVersion } from "../info.ts";
import { withAbsolutePaths } from "../train/absolute-paths.ts";
import { bestBy, requireData } from "../train/check-run.ts";
import { lostRowsOf } from "../train/lost-rows.ts";
import { planRun, type RunPlan } from "../train/plan-run.ts";
import { tokensDigest } from "../train/prepare-data.ts";
import { requireSameInputs } from "../train/same-inputs.ts";
import { rateAdvice } from "./rate-advice.ts";
import { remoteConfig, type RemoteTrainSettings, usualOutput } from "./remote-config.ts";
import {
  remoteRows,
  type RemoteRows,
  remoteTemplate,
  type RemoteText,
  remoteText,
} from "./remote-rows.ts";
import { driveRemote, type RunTeller, tellerOf } from "./remote-run.ts";
import { remoteSize, type RemoteSize } from "./remote-size.ts";
import { openTinker, type RemoteOptions } from "./tinker.ts";

/** What of the model learns. */
export type LearnedParts = Pick<LoraShape, "trainUnembed" | "trainMlp" | "trainAttention">;

export interface RemoteTraining {
  settings: RemoteTrainSettings;
  /** Rows to learn; a run that goes on in its folder has its own. */
  data?: string | undefined;
  /** The run's folder; absent: a new one below `outputDir`. */
  output?: string | undefined;
  outputDir: string;
  /** A run's folder, or the address of a state. */
  resume?: string | undefined;
  parts: LearnedParts;
  wire: Wire;
  /** Steps that are handed over before the first of them is waited for. */
  inFlight: number;
  /** Whether the adapter is fetched after the last step. */
  download: boolean;
}

export interface RemoteTrainOptions extends RemoteOptions {
  onEvent(event: RunEvent): void;
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
  /** Milliseconds that a step has to end in after it was asked to stop. */
  grace?: number | undefined;
  /** Called with what is going to be done, before it begins. */
  onPlanned?: ((run: { base: string; output: string; steps: number }) => void) | undefined;
}

/** After the first Ctrl-C, milliseconds for the step that is under way and its checkpoint. */
const usualGrace = 120_000;

interface Start {
  session: Session;
  config: RunConfig;
  origins: Record<string, string> | undefined;
  /** Where the model comes from; undefined: it begins. */
  from: { uri: string; state: RunState } | undefined;
  /** Of a run that goes on in its folder. */
  record: RunRecord | undefined;
  asked: RemoteTraining;
}

/** Trains. Resolves to run-completed or run-stopped; throws the FtError that ended the run. */
export async function trainRemote(
  asked: RemoteTraining,
  options: RemoteTrainOptions,
): Promise<RunEvent> {
  const told: Told = {};
  const { resume } = asked;
  if (resume === undefined || isTinkerUri(resume)) requireRows(asked);
  const session = await openTinker({
    ...options,
    signal: afterGrace(options.signal, options.grace ?? usualGrace),
    onNotice(level, message) {
      if (told.now === undefined) options.onNotice?.(level, message);
      else told.now.tell({ type: "notice", level, message });
    },
  });
  try {
    if (resume === undefined) return await begin(session, asked, options, told);
    return isTinkerUri(resume)
      ? await goOnFromAddress(session, asked, resume, options, told)
      : await goOnInFolder(session, asked, resume, options, told);
  } finally {
    session.close();
  }
}

/** Raised some time after a person wants to stop: a step that has begun is finished and saved, if that can be. */
function afterGrace(signal: AbortSignal | undefined, grace: number): AbortSignal {
  const hard = new AbortController();
  signal?.addEventListener("abort", () => {
    const end = (): void => hard.abort(interrupted("while the service did not answer"));
    setTimeout(end, grace).unref();
  });
  return hard.signal;
}

type Told = { now?: RunTeller };

async function begin(
  session: Session,
  asked: RemoteTraining,
  options: RemoteTrainOptions,
  told: Told,
) {
  const base = await chosenModel(session, asked.settings.baseModel);
  const { config, origins } = configOf(asked, base);
  await requireData(config);
  const start = { session, config, origins, from: undefined, record: undefined, asked };
  return await inNewFolder(start, options, told);
}

async function goOnFromAddress(
  session: Session,
  asked: RemoteTraining,
  uri: string,
  options: RemoteTrainOptions,
  told: Told,
) {
  const { name, kind } = parseUri(uri);
  if (kind !== "training")
    throw new UsageError("FT-REMOTE-025", {
      message: `${uri} holds weights without the optimizer's state, which a run needs to continue`,
      hint: `--resume ${uri.replace(/\/(?:sampler|external)_weights\//, "/weights/")}`,
    });
  const { base, rank } = await weightsInfo(session.connection, uri);
  const whole = { ...asked, settings: { ...asked.settings, rank: rank ?? asked.settings.rank } };
  const { config, origins } = configOf(whole, base);
  await requireData(config);
  const step = stepOf(name) ?? 0;
  const state = { ...initialState(), step, optimizerSteps: step };
  const start = { session, config, origins, from: { uri, state }, record: undefined, asked };
  return await inNewFolder(start, options, told);
}

async function goOnInFolder(
  session: Session,
  asked: RemoteTraining,
  folder: string,
  options: RemoteTrainOptions,
  told: Told,
) {
  const path = resolve(expandHome(folder));
  const record = readRecord(path);
  if (record.remote?.["service"] !== "tinker") throw notRemote(folder);
  const recorded = RunConfigSchema.parse(record.config);
  const iters = asked.settings.maxSteps;
  const optimization = { ...recorded.optimization, ...(iters > 0 && { iters }) };
  const config = { ...recorded, optimization, output_dir: path };
  return await within(reopenRun(path), async (run) => {
    const start = { session, config, origins: record.origins, from: undefined, record, asked };
    return await driveIn(run, start, options, told);
  });
}

function requireRows({ data }: RemoteTraining): string {
  if (data !== undefined) return data;
  throw new UsageError("FT-REMOTE-026", {
    message: "no training data is given",
    hint: "--data FILE: ft data prepare makes one of a dataset of the hub",
  });
}

function configOf(asked: RemoteTraining, base: string) {
  const { settings, output, outputDir } = asked;
  const data = requireRows(asked);
  const place = { base, data, output: output ?? usualOutput(outputDir, base, new Date()) };
  const resolved = remoteConfig(settings, place);
  return {
    config: withAbsolutePaths(resolved.config),
    origins: Object.fromEntries(resolved.origins),
  };
}

/** `auto`: the first that is trained with Qwen and 8B in its name. @throws UsageError FT-REMOTE-015 */
async function chosenModel({ connection }: Session, asked: string): Promise<string> {
  const offered = (await offeredModels(connection)).filter(({ trains }) => trains);
  const names = offered.map(({ name }) => name);
  if (asked !== "auto") {
    if (names.includes(asked)) return asked;
    throw noModel(asked, names);
  }
  const found = names.find((name) => name.includes("Qwen") && name.includes("8B"));
  if (found === undefined) throw noModel("a model with Qwen and 8B in its name", names);
  return found;
}

async function within<T>(folder: RunFolder, act: (folder: RunFolder) => Promise<T>): Promise<T> {
  try {
    return await act(folder);
  } finally {
    folder.close();
  }
}

async function inNewFolder(
  start: Start,
  options: RemoteTrainOptions,
  told: Told,
): Promise<RunEvent> {
  return await within(openRun(start.config.output_dir), (folder) =>
    driveIn(folder, start, options, told),
  );
}

/** Where a run in its folder goes on; undefined where it has saved nothing yet. */
async function savedIn(
  folder: RunFolder,
): Promise<{ path: string; place: RemotePlace } | undefined> {
  const latest = folder.pointer("latest") ?? folder.checkpoints().at(-1);
  return latest && { path: latest.path, place: await readPlace(latest.path) };
}

async function driveIn(
  folder: RunFolder,
  start: Start,
  options: RemoteTrainOptions,
  told: Told,
): Promise<RunEvent> {
  const { session, config, record } = start;
  const saved = record === undefined ? undefined : await savedIn(folder);
  const uri = saved?.place.stateUri ?? start.from?.uri;
  const client = await clientFor(start, uri);
  const { model } = client;
  const template = record?.template ?? remoteTemplate(config);
  const tokenizer = tokenizerId(config.model.name, model.tokenizer);
  const text = await remoteText(tokenizer, template, options);
  const shouldStop = (): boolean => options.signal?.aborted ?? false;
  const rows = await remoteRows(config, text, { shouldStop });
  const plan = planRun(config, rows.plan);
  const step = start.from?.state.step ?? 0;
  if (saved === undefined && step >= plan.totalSteps) throw nothingLeft(step, plan.totalSteps);
  const learner = new TinkerLearner({
    ...{ client, adam: adamOf(config), steps: start.from?.state.optimizerSteps ?? 0 },
    inFlight: start.asked.inFlight,
    ...(start.asked.download && {
      fetchResult: (into: string, place: RemotePlace) =>
        fetchResult(session, client, into, place, config),
    }),
  });
  const made = recordOf(start, rows, text, tokenizer);
  if (record === undefined) await begun(folder, made, rows, config);
  else requireSameInputs(record, made);
  const size = await remoteSize(text.place, { rank: config.lora.r, parts: start.asked.parts });
  const run = assembled(folder, { config, rows, plan, learner, size, shouldStop });
  run.state = saved
    ? await restoreCheckpoint(saved.path, learner)
    : (start.from?.state ?? run.state);
  await recordRun({
    ...{ runId: folder.runId, outputDir: folder.path, model: config.model.name },
    ...{ startedAt: made.createdAt, dataset: rows.data.path, method: "lora" },
  });
  options.onPlanned?.({ base: config.model.name, output: folder.path, steps: plan.totalSteps });
  told.now = tellerOf(folder, options.onEvent);
  const rate = config.optimization.learning_rate;
  const advice = step === 0 ? await rateAdvice(config.model.name, rate, text.place.folder) : [];
  const notices = [...rows.notices, ...plan.notices, ...otherAddress(start), ...advice];
  return await driveRemote({ run, config, rows, text, notices }, told.now);
}

/** A run that began with another service: addresses of one mean nothing to another. */
function otherAddress({ session, record }: Start): string[] {
  const before = record?.remote?.["baseUrl"];
  const now = session.connection.settings.baseUrl;
  if (typeof before !== "string" || before === now) return [];
  return [`this run began at ${before} and goes on at ${now}`];
}

async function clientFor({ session, config, asked }: Start, uri: string | undefined) {
  const { wire, parts } = asked;
  if (uri !== undefined) return await TrainingClient.load(session, { path: uri, wire });
  const lora = { rank: config.lora.r, seed: config.seed, ...parts };
  return await TrainingClient.create(session, { base: config.model.name, lora, wire });
}

function adamOf({ optimization }: RunConfig) {
  const { beta1, beta2, eps, weight_decay, max_grad_norm } = optimization;
  return {
    ...{ beta1: beta1 ?? 0.9, beta2: beta2 ?? 0.95, eps: eps ?? 1e-12 },
    ...{ weightDecay: weight_decay, gradientClip: max_grad_norm ?? 0 },
  };
}

interface Assembly {
  config: RunConfig;
  rows: RemoteRows;
  plan: RunPlan;
  learner: TinkerLearner;
  size: RemoteSize;
  shouldStop(): boolean;
}

function assembled(folder: RunFolder, assembly: Assembly): TrainingRun {
  const { config, rows, plan, learner, size, shouldStop } = assembly;
  const { optimization, seed } = config;
  return {
    learner,
    objective: { collate: (units) => remoteBatch(units) },
    schedule: plan.schedule,
    plan: rows.plan,
    units: rows.units,
    validation: rows.validation,
    test: { units: [], batches: [] },
    evaluations: everyEvaluation(optimization, rows.validation.length, plan.totalSteps),
    stepsAnUpdate: 1,
    collate: { padId: 0, padToMultiple: 1, maxLength: config.data.max_length },
    shapes: 1,
    options: optimization,
    bestBy: bestBy(config),
    totalSteps: plan.totalSteps,
    ...{ seed, folder, ...size },
    state: initialState(),
    phases: new Phases(),
    shouldStop,
  };
}

type NewRecord = Omit<RunRecord, "runId">;

function recordOf(
  { session, config, origins, from, asked, record }: Start,
  rows: RemoteRows,
  { template }: RemoteText,
  tokenizer: string,
): NewRecord {
  const { settings } = session.connection;
  return {
    createdAt: record?.createdAt ?? new Date().toISOString(),
    config: { ...config },
    ...(origins !== undefined && { origins }),
    template,
    versions: { ft: productVersion(), node: process.versions.node, tinker: PROTOCOL_VERSION },
    model: { name: config.model.name, source: "tinker", tokenizer },
    dataset: { files: rows.data.dataset.files, tokensDigest: tokensDigest(rows.data) },
    remote: {
      ...{ service: "tinker", baseUrl: settings.baseUrl, wire: asked.wire, ...asked.parts },
      from: from?.uri ?? null,
    },
  };
}

async function begun(
  folder: RunFolder,
  record: NewRecord,
  { data }: RemoteRows,
  config: RunConfig,
): Promise<void> {
  await folder.writeRecord(record);
  await folder.writeSkippedRows(data.dataset.skipped);
  await folder.writeLostRows(lostRowsOf(data, config));
}

/** The adapter of the last step: as files that the service makes of it, or as the archive of before. */
async function fetchResult(
  session: Session,
  client: TrainingClient,
  folder: string,
  { samplerUri }: RemotePlace,
  config: RunConfig,
): Promise<void> {
  const { connection } = session;
  const base = config.model.name;
  try {
    const uri = await client.saveExternal("download", EXPORT_SECONDS);
    await fetchExported(connection, uri, folder, { base });
  } catch (error) {
    if (!isMissing(error)) throw error;
    await downloadAdapter(connection, samplerUri, folder, { base });
  }
}
