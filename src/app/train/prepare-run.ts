// Makes a run ready: what fit-run.ts found to fit, with weights and what is trained. Everything that can be refused is
// refused before the run folder is written.
import type { AdapterOrigin } from "../../adapters/index.ts";
import { type Dataset, describeProblem } from "../../data/index.ts";
import { restoreModel, saveModel } from "../../export/model-folder.ts";
import {
  type LanguageModel,
  likenessOf,
  type LoadedModel,
  loadPlanned,
} from "../../models/index.ts";
import {
  chooseDtype,
  type OpenedModel,
  openModel,
  precisionWarnings,
} from "../../models/open-model.ts";
import { type ActiveBackend, describeBackend, type Dtype, setCacheLimit } from "../../mx/index.ts";
import type { OptimizedSlot } from "../../nn/index.ts";
import { LOST_ROWS, type RunFolder, type RunRecord, SKIPPED_ROWS } from "../../runs/index.ts";
import { readTemplate, type TemplateSource } from "../../text/index.ts";
import type { Renderer } from "../../text/types.ts";
import { chosenMethod } from "../../train/methods.ts";
import type { OptimizationOptions } from "../../train/options.ts";
import type { Ring } from "../../train/parallel/ring.ts";
import { Phases } from "../../train/phases.ts";
import { isWriter, optimizedSlots, parameterCount, type TrainingRun } from "../../train/run.ts";
import { initialState } from "../../train/state.ts";
import { type ModelFiles, type Tuning, tunings } from "../../train/tuning/index.ts";
import { modelDigest, type StoredModel } from "../../weights/index.ts";
import type { RunConfig } from "../config/schema.ts";
import { courseOf } from "../courses/index.ts";
import { productVersion } from "../info.ts";
import { licenseOf } from "../models/model-license.ts";
import { bestBy } from "./check-run.ts";
import { requireSumOfParts } from "./crew/refuse.ts";
import { type FittingRun, fitRun } from "./fit-run.ts";
import { foreignNames } from "./foreign-names.ts";
import { type RowLayout, runShapes } from "./lay-out-rows.ts";
import { lostNotices } from "./lost-rows.ts";
import { balanceIn, balanceNotices, learnerOf, requireCompiler, tuningOf } from "./make-learner.ts";
import { availableBytes, memoryNotices, type MemoryPlan, requireMemory } from "./memory-plan.ts";
import type { RunPlan } from "./plan-run.ts";
import { type DataWatch, type PreparedData, tokensDigest } from "./prepare-data.ts";
import { withReference } from "./reference-rows.ts";
import { loadTeacher, teacherDigest } from "./teacher.ts";
import { sampleNotices, samplerOf } from "./written-samples.ts";

/** Of one of several workers. */
export interface RunCrew {
  ring: Ring;
}

type RunWatch = DataWatch & { crew?: RunCrew | undefined };

export interface PreparedRun {
  config: RunConfig;
  opened: OpenedModel;
  loaded: LoadedModel;
  renderer: Renderer;
  data: PreparedData;
  layout: RowLayout;
  tuning: Tuning;
  plan: RunPlan;
  /** What is trained. */
  slots: OptimizedSlot[];
  trainableParameters: number;
  totalParameters: number;
  /** Blocks that are computed once for all epochs; undefined: none. */
  frozenBlocks: number | undefined;
  notices: string[];
  /** What would need less memory, should it run out. */
  planMemory: FittingRun["planMemory"];
  record: Omit<RunRecord, "runId"> & { model: { digest: string } };
}

/** What is recorded of a run beside its configuration: the origins of a new one, the template of one to go on with. */
export type Recorded = Pick<RunRecord, "origins" | "template">;

/**
 * @throws FtError of every kind: config, data, model, network; FT-TRAIN-005 for what does not fit, unless forced.
 * Nothing has been written then.
 */
export async function prepareRun(
  asked: RunConfig,
  watch: RunWatch,
  { force = false, ...recorded }: Recorded & { force?: boolean | undefined } = {},
): Promise<PreparedRun> {
  const opened = await openModel(asked.model);
  const template = recorded.template ?? readTemplate(asked.data.template);
  const fitting = await fitRun(asked, opened, template, watch);
  const { config, renderer, planned } = fitting;
  const memory = await planLargeRun(fitting);
  if (memory !== undefined && !force) requireMemory(memory);
  const backend = describeBackend();
  requireCompiler(config);
  const dtype = chooseDtype(config.model.torch_dtype, backend);
  setCacheLimit(fitting.memory.cacheBytes);
  const loaded = loadPlanned(planned, dtype);
  const totalParameters = loaded.sizes.parameterCount;
  const origins = originsOf(recorded, asked);
  const begun = await recordOf(config, { origins, template, dtype }, opened, backend, fitting.data);
  const { teacher } = fitting;
  const record = {
    ...begun,
    ...(teacher && { model: { ...begun.model, teacher: await teacherDigest(teacher) } }),
    ...(memory !== undefined && { memory }),
  };
  const tuning = await tuningOf(config, loaded.model, {
    origin: await originOf(config, opened.stored, record.model.digest, template),
    modelFiles: modelFilesOf(loaded, opened),
    names: await foreignNames(planned),
  });
  const collate = { ...fitting.layout.padding, padId: padIdOf(opened) };
  const data = await withReference(
    taught(fitting, backend),
    {
      config,
      model: loaded.model,
      made: [record.model, record.versions],
      measuring: { collate, batchSize: config.optimization.batch_size },
    },
    watch,
    watch.crew?.ring,
  );
  const course = courseOf(config);
  const layout = course.layOut(config, data, collate.maxLength);
  if (watch.crew !== undefined) requireSumOfParts(config, loaded.model);
  const slots = optimizedSlots(loaded.model).filter((slot) => slot.trainable);
  const plan = course.plan(config, layout);
  return {
    config,
    opened,
    loaded,
    renderer,
    data,
    layout,
    tuning,
    plan,
    slots,
    trainableParameters: parameterCount(slots),
    totalParameters,
    frozenBlocks: frozenBlocks(
      config,
      loaded.model,
      loaded.model.blocks.length - fitting.tuning.trainedBlocks,
      // Several workers would each write what they compute once to the same file.
      watch.crew === undefined ? plan.totalSteps / layout.batches.windowsPerEpoch : 1,
    ),
    notices: [
      ...precisionWarnings(config.model.torch_dtype, backend, opened.stored),
      ...dataNotices(data, config),
      ...fitting.notices,
      ...(memory === undefined ? [] : memoryNotices(memory)),
      ...tuning.notices,
      ...balanceNotices(config, loaded.model),
      ...plan.notices,
      ...sampleNotices({ config, loaded, opened, renderer, data }),
    ],
    planMemory: fitting.planMemory,
    record,
  };
}

async function originOf(
  config: RunConfig,
  stored: StoredModel,
  baseDigest: string,
  { name: template, text: templateText }: TemplateSource,
): Promise<AdapterOrigin> {
  // a whole model keeps no base, whose layers would be read for nothing
  const { isAdapter } = tunings.get(chosenMethod(config).tuning);
  const baseLikeness = isAdapter ? await likenessOf(stored) : undefined;
  return { base: config.model.name, baseDigest, baseLikeness, template, templateText };
}

function modelFilesOf(loaded: LoadedModel, { stored }: OpenedModel): ModelFiles {
  return {
    save: (folder) => saveModel(folder, loaded, stored.companions),
    load: (folder) => restoreModel(folder, loaded),
  };
}

/** The rows with an objective that knows its teacher, where it has one. */
function taught({ data, teacher }: FittingRun, backend: ActiveBackend): PreparedData {
  const objective = data.objective.taughtBy?.(loadTeacher(teacher, backend));
  return objective === undefined ? data : { ...data, objective };
}

/** Where rows are read more than once and the blocks below the trained ones always give the same for them. */
function frozenBlocks(
  config: RunConfig,
  model: LanguageModel,
  frozen: number,
  epochs: number,
): number | undefined {
  const { optimization, loss } = config;
  // the balance of experts sums over all blocks
  const isSame = loss.neftune_alpha === 0 && balanceIn(config, model) === undefined;
  return isSame && optimization.prefix_cache && epochs > 1 && frozen > 0 ? frozen : undefined;
}

/** A batch size that the estimate chose comes from nowhere else. */
function originsOf({ origins }: Recorded, { optimization }: RunConfig): Recorded["origins"] {
  if (origins === undefined || !optimization.auto_batch_size) return origins;
  return { ...origins, "optimization.batch_size": "estimate" };
}

/** Below this share of what is free, a run has nothing to do with what would need less. */
const largeShare = 0.4;

async function planLargeRun({ memory, planMemory }: FittingRun): Promise<MemoryPlan | undefined> {
  const isLarge = memory.totalBytes > largeShare * availableBytes();
  return isLarge ? await planMemory() : undefined;
}

/** The run as the loop needs it, at its first step. */
export function assembleRun(
  prepared: PreparedRun,
  folder: RunFolder,
  { shouldStop: isAsked, onProgress, crew }: RunWatch,
): TrainingRun {
  const { config, loaded, data, layout, slots, plan, opened, tuning, frozenBlocks } = prepared;
  const { optimization, seed } = config;
  const { model } = loaded;
  const { objective } = data;
  const course = courseOf(config);
  // Several stop together: after the exchange in which one of them said so.
  const shouldStop = crew === undefined ? isAsked : () => crew.ring.stops;
  const place = crew?.ring.crew;
  return {
    learner: learnerOf({ config, model, objective, tuning, slots, frozenBlocks }, crew?.ring),
    objective,
    schedule: plan.schedule,
    plan: layout.batches,
    units: layout.units,
    validation: layout.validation,
    test: { units: layout.test, batches: course.testBatches(config, layout) },
    evaluations: course.evaluations(config, layout, plan.totalSteps),
    sampler: isWriter({ crew: place }) ? samplerOf(prepared, shouldStop) : undefined,
    crew: place,
    stepsAnUpdate: course.stepsAnUpdate(config),
    collate: { ...layout.padding, padId: padIdOf(opened) },
    shapes: runShapes(layout, config, plan.totalSteps).shapes.length,
    options: optimization,
    bestBy: bestBy(config),
    totalSteps: plan.totalSteps,
    seed,
    trainableParameters: prepared.trainableParameters,
    totalParameters: prepared.totalParameters,
    folder,
    state: initialState(),
    phases: new Phases(),
    shouldStop,
    onProgress,
  };
}

function padIdOf({ tokenizer }: OpenedModel): number {
  return tokenizer.padTokenId ?? tokenizer.eosTokenId ?? 0;
}

function dataNotices(data: PreparedData, config: RunConfig): string[] {
  return [
    ...skippedNotice(data.dataset),
    ...lostNotices(data, config, `${LOST_ROWS} lists them`),
    ...(data.validation.samples.length === 0 ? [noBest(config.optimization)] : []),
  ];
}

function noBest({ final_model, early_stopping_patience }: OptimizationOptions): string {
  const result = final_model === "best" ? ", final_model will hold the last step" : "";
  const early = early_stopping_patience === null ? "" : ", the run will not stop early";
  return `no validation rows: no best checkpoint is kept${result}${early}`;
}

function skippedNotice({ skipped }: Dataset): string[] {
  const [first] = skipped;
  if (first === undefined) return [];
  const rows = new Set(skipped.map(({ file, line, item }) => `${file}:${line}:${item}`)).size;
  const example = `${first.file}: ${describeProblem(first)}`;
  return [
    `${rows} rows cannot be used and are left out (${SKIPPED_ROWS} lists them), as ${example}`,
  ];
}

async function recordOf(
  config: RunConfig,
  { origins, template, dtype }: Recorded & { template: TemplateSource; dtype: Dtype | undefined },
  { resolved, stored }: OpenedModel,
  backend: ActiveBackend,
  data: PreparedData,
): Promise<PreparedRun["record"]> {
  return {
    createdAt: new Date().toISOString(),
    config: { ...config },
    ...(origins !== undefined && { origins }),
    template,
    versions: {
      ft: productVersion(),
      node: process.versions.node,
      mlx: backend.mlxVersion,
      blas: backend.blas,
      backend: backend.backend.name,
    },
    model: {
      name: config.model.name,
      source: resolved.source,
      commit: resolved.commit ?? null,
      architecture: (stored.config as { model_type?: unknown }).model_type,
      digest: await modelDigest(stored),
      license: resolved.license ?? stored.license ?? licenseOf(stored.companions) ?? null,
      ...(dtype !== undefined && { dtype }),
    },
    dataset: { files: data.dataset.files, tokensDigest: tokensDigest(data) },
  };
}
