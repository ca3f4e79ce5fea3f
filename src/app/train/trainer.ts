// Training as an object: made for a method, it trains once or goes on, and gives a frozen result. The same as `trainRun`
// and `resumeRun`, for callers who would rather hold a trainer than a function.
import { ConfigError } from "../../core/errors.ts";
import { deepFreeze, type DeepReadonly } from "../../core/frozen.ts";
import type { RunEvent, RunEventOf } from "../../runs/index.ts";
import { builtMethods, chosenMethod, methodProblem, wordFor } from "../../train/methods.ts";
import { ConfigBuilder } from "../config/builder.ts";
import type { PartialRunConfig, RunConfig } from "../config/schema.ts";
import { resumeRun, type ResumeRunOptions, trainRun, type TrainRunOptions } from "./train-run.ts";

/** What a run gives. Frozen. */
export type TrainingResult = DeepReadonly<{
  /** The run's folder. */
  outputDir: string;
  /** The adapter's, or the model's where every weight was trained; null where the run was stopped before its end. */
  resultDir: string | null;
  /** False: a signal stopped it, and `resume` goes on. */
  isComplete: boolean;
  steps: number;
  epochs: number | null;
  trainLoss: number | null;
  /** Null without validation rows. */
  validationLoss: number | null;
  seconds: number | null;
}>;

function completed(event: RunEventOf<"run-completed">): TrainingResult {
  return {
    outputDir: event.outputDir,
    resultDir: event.adapterPath,
    isComplete: true,
    steps: event.totalSteps,
    epochs: event.epochsCompleted,
    trainLoss: event.finalTrainingLoss,
    validationLoss: event.finalValidationLoss,
    seconds: event.seconds ?? null,
  };
}

function stopped({ outputDir, step }: RunEventOf<"run-stopped">): TrainingResult {
  const unknown = { epochs: null, trainLoss: null, validationLoss: null, seconds: null };
  return { outputDir, resultDir: null, isComplete: false, steps: step, ...unknown };
}

function resultOf(last: RunEvent): TrainingResult {
  if (last.type === "run-completed") return deepFreeze(completed(last));
  if (last.type === "run-stopped") return deepFreeze(stopped(last));
  throw new RangeError(`a run does not end with ${last.type}`);
}

/** A run as an object: its settings, then `train()`. `TrainerFactory` makes one by method. */
export class Trainer {
  /** Resolved and frozen. */
  readonly config: RunConfig;

  constructor(config: RunConfig) {
    this.config = config;
  }

  /** The word for what it trains; null where tuning and objective have none together. */
  get method(): string | null {
    return wordFor(chosenMethod(this.config)) ?? null;
  }

  /** From the beginning. Throws the FtError that ended the run. */
  async train(options: TrainRunOptions = {}): Promise<TrainingResult> {
    return resultOf(await trainRun(this.config, options));
  }

  /** From the latest checkpoint of its folder. */
  async resume(options: ResumeRunOptions = {}): Promise<TrainingResult> {
    return resultOf(await resumeRun(this.config.output_dir, options));
  }
}

/** Makes trainers by the word for a method, the same words as of `ft train start --method`. */
export const TrainerFactory = {
  /** Words that `create` takes. */
  methods: builtMethods,

  /** Throws ConfigError FT-CONFIG-METHOD for a word that is not built, others for settings that are wrong. */
  create(method: string, settings: PartialRunConfig = {}): Trainer {
    const problem = methodProblem(method);
    if (problem !== undefined) {
      const hint = `TrainerFactory.create("${builtMethods()[0]}")`;
      throw new ConfigError("FT-CONFIG-METHOD", {
        at: { field: "method" },
        message: problem,
        hint,
      });
    }
    return new Trainer(new ConfigBuilder().with(settings).withMethod(method).build());
  },
} as const;
