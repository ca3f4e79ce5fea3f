// Makes a run ready: model, tokenizer, data, what is trained, optimizer, schedule. Everything that can be refused
// is refused before the run folder is written.
import { existsSync } from "node:fs";
import { totalmem } from "node:os";
import { loadCheckpoint, type LoadedModel } from "../models/index.ts";
import { type ActiveBackend, describeBackend, setCacheLimit } from "../mx/index.ts";
import { makeSchedule, optimizers, type OptimizedSlot } from "../nn/index.ts";
import { BatchPlan } from "../data/index.ts";
import { ConfigError, DataError } from "../core/errors.ts";
import type { RunFolder, RunRecord } from "../runs/index.ts";
import { createRenderer } from "../text/index.ts";
import type { Renderer } from "../text/types.ts";
import { supervised } from "../train/methods/supervised.ts";
import { warmupThatFits } from "../train/options.ts";
import type { TrainingRun } from "../train/run.ts";
import { initialState } from "../train/state.ts";
import { TrainingStep } from "../train/step.ts";
import { type Tuning, tunings } from "../train/tuning/index.ts";
import type { RunConfig } from "./config/schema.ts";
import { type PreparedData, prepareData } from "./prepare-data.ts";
import { restoreModel, saveModel } from "./model-files.ts";
import { chooseDtype, type OpenedModel, openModel } from "./open-model.ts";
import { productVersion } from "./info.ts";

/** Rows are padded to a multiple of this, so that MLX sees few different shapes. */
const padToMultiple = 32;

/** MLX's own limit of 32 MB on the CPU returns and clears pages at every step; a share of memory does not. */
const cacheShare = 0.1;

export interface PreparedRun {
  config: RunConfig;
  opened: OpenedModel;
  backend: ActiveBackend;
  loaded: LoadedModel;
  renderer: Renderer;
  data: PreparedData;
  tuning: Tuning;
  notices: string[];
  record: Omit<RunRecord, "runId">;
  trainableParameters: number;
  totalParameters: number;
  /** The run itself, once its folder is open. */
  open(folder: RunFolder, shouldStop: () => boolean): TrainingRun;
}

function refuseUnbuilt(config: RunConfig): void {
  if (config.model.load_in_4bit) {
    throw new ConfigError("FT-CONFIG-060", {
      at: { field: "model.load_in_4bit" },
      message: "4-bit loading is not built yet",
      hint: "--no-load-in-4bit",
    });
  }
  if (config.optimization.gradient_checkpointing) {
    throw new ConfigError("FT-CONFIG-061", {
      at: { field: "optimization.gradient_checkpointing" },
      message: "gradient checkpointing is not built yet",
      hint: "--no-gradient-checkpointing",
    });
  }
}

function requireSamples({ train, path }: PreparedData): void {
  if (train.samples.length > 0) return;
  throw new DataError("FT-DATA-030", {
    at: { file: path },
    message: "no row is left to learn from",
    problems: train.dropped.slice(0, 10).map(({ row, reason }) => `line ${row.line}: ${reason}`),
    hint: "raise --max-length, or choose --mask all",
  });
}

function parameterCount(slots: readonly OptimizedSlot[]): number {
  return slots.reduce((sum, slot) => sum + slot.get().size, 0);
}

function slotsOf({ model }: LoadedModel): OptimizedSlot[] {
  const prefix = `${model.blockPath}.`;
  return [...model.slots()].map((slot) => ({ ...slot, isHidden: slot.name.startsWith(prefix) }));
}

function dataNotices({ train, validation }: PreparedData): string[] {
  const truncated = train.truncated + validation.truncated;
  const dropped = train.dropped.length + validation.dropped.length;
  return [
    ...(truncated > 0 ? [`${truncated} rows were cut to the maximum length`] : []),
    ...(dropped > 0 ? [`${dropped} rows have nothing to learn from and are left out`] : []),
    ...(validation.samples.length === 0 ? ["no validation rows: no best checkpoint is kept"] : []),
  ];
}

/** @throws FtError of every kind: config, data, model, network. Nothing has been written then. */
export async function prepareRun(
  config: RunConfig,
  options: {
    origins?: Record<string, string>;
    onNotice?: (message: string) => void;
  } = {},
): Promise<PreparedRun> {
  refuseUnbuilt(config);
  requireAdapter(config);
  const opened = await openModel(config.model);
  const renderer = createRenderer(opened.tokenizer, { template: config.data.template });
  const data = await prepareData(config, renderer);
  requireSamples(data);
  const backend = describeBackend();
  setCacheLimit(Math.round(cacheShare * totalmem()));
  const dtype = chooseDtype(config.model.torch_dtype, backend);
  const loaded = await loadCheckpoint(opened.checkpoint, dtype === undefined ? {} : { dtype });
  const totalParameters = parameterCount(slotsOf(loaded));
  const source = opened.resolved.folder;
  const tuning = await tunings.get(config.method)({
    model: loaded.model,
    options: config.lora,
    base: config.model.name,
    seed: config.seed,
    modelFiles: {
      save: (folder) => saveModel(folder, loaded, source),
      load: (folder) => restoreModel(folder, loaded),
    },
  });
  const slots = slotsOf(loaded).filter((slot) => slot.trainable);
  const { plan, totalSteps, schedule, notices } = planRun(config, data);
  return {
    config,
    opened,
    backend,
    loaded,
    renderer,
    data,
    tuning,
    notices: [...dataNotices(data), ...tuning.notices, ...notices],
    record: recordOf(config, options.origins, opened, backend, data),
    trainableParameters: parameterCount(slots),
    totalParameters,
    open: (folder, shouldStop) => {
      const optimizer = optimizers.get(config.optimization.optimizer)(
        slots,
        optimizerSettings(config),
      );
      const step = new TrainingStep({
        model: loaded.model,
        method: supervised,
        slots,
        optimizer,
        maximumNorm: config.optimization.max_grad_norm,
      });
      return {
        model: loaded.model,
        method: supervised,
        tuning,
        optimizer,
        schedule,
        step,
        plan,
        samples: data.train.samples,
        validation: data.validation.samples,
        collate: {
          padId: opened.tokenizer.padTokenId ?? opened.tokenizer.eosTokenId ?? 0,
          padToMultiple,
          maxLength: config.data.max_length,
        },
        options: config.optimization,
        totalSteps,
        seed: config.seed,
        trainableParameters: parameterCount(slots),
        totalParameters,
        folder,
        state: initialState(),
        shouldStop,
      };
    },
  };
}

function requireAdapter({ lora }: RunConfig): void {
  if (lora.init_adapter === null || existsSync(lora.init_adapter)) return;
  throw new ConfigError("FT-CONFIG-062", {
    at: { field: "lora.init_adapter" },
    message: `there is no adapter folder ${lora.init_adapter}`,
    hint: "give a folder with adapters.safetensors and adapter_config.json",
  });
}

function optimizerSettings({ optimization }: RunConfig) {
  return {
    beta1: optimization.beta1,
    beta2: optimization.beta2,
    eps: optimization.eps,
    weightDecay: optimization.weight_decay,
    biasCorrection: optimization.bias_correction,
    momentum: 0.95,
    adamwShare: 0.2,
  };
}

function planRun(config: RunConfig, { train }: PreparedData) {
  const { optimization } = config;
  const plan = new BatchPlan({
    lengths: train.samples.map((sample) => sample.ids.length),
    batchSize: optimization.batch_size,
    accumulation: optimization.gradient_accumulation_steps,
    seed: config.seed,
    order: config.data.order,
    groupByLength: true,
  });
  const totalSteps = optimization.iters ?? optimization.epochs * plan.windowsPerEpoch;
  const { warmupSteps, shortened } = warmupThatFits(optimization.warmup_steps, totalSteps);
  const schedule = makeSchedule(optimization.lr_scheduler, {
    peak: optimization.learning_rate,
    warmupSteps,
    totalSteps,
    finalShare: optimization.min_lr_ratio,
  });
  const notices = shortened
    ? [`warm-up of ${optimization.warmup_steps} steps does not fit ${totalSteps}: ${warmupSteps} are used`]
    : [];
  return { plan, totalSteps, schedule, notices };
}

function recordOf(
  config: RunConfig,
  origins: Record<string, string> | undefined,
  { resolved, checkpoint }: OpenedModel,
  backend: ActiveBackend,
  { dataset }: PreparedData,
): Omit<RunRecord, "runId"> {
  return {
    createdAt: new Date().toISOString(),
    config: { ...config },
    ...(origins !== undefined && { origins }),
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
      architecture: (checkpoint.config as { model_type?: unknown }).model_type,
    },
    dataset: { files: dataset.files },
  };
}
