// How fast a training step is on this machine, and what it takes: the learner of a real run over rows of drawn tokens,
// on a model of a given shape with drawn weights. Reads no data, writes nothing.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { collate, type Batch, type Sequence } from "../../data/index.ts";
import { architectureOf, initialize, type LanguageModel } from "../../models/index.ts";
import {
  carry,
  clearCache,
  describeBackend,
  dispose,
  evaluate,
  memory,
  type Packing,
  resetPeakMemory,
} from "../../mx/index.ts";
import {
  isEmbeddingLike,
  isLinearLike,
  type Module,
  PackedEmbedding,
  PackedLinear,
} from "../../nn/index.ts";
import { chosenMethod } from "../../train/methods.ts";
import { objectives } from "../../train/objectives/index.ts";
import type { Ring } from "../../train/parallel/ring.ts";
import { optimizedSlots, parameterCount } from "../../train/run.ts";
import { tunings } from "../../train/tuning/index.ts";
import { type RunConfig, RunConfigSchema } from "../config/schema.ts";
import { describeMachine, type Info } from "../info.ts";
import { requireCompiling } from "../train/check-run.ts";
import { learnerOf, requireCompiler, tuningOf } from "../train/make-learner.ts";
import { modelShapes } from "./shapes.ts";

export interface TrainBenchOptions {
  /** The name of a shape, or a folder with a config.json. */
  shape: string;
  methods: readonly string[];
  batch: number;
  /** Tokens that are read of each row. */
  length: number;
  steps: number;
  /** Warm-up steps before the measured ones. */
  warmup: number;
  /** Share of the tokens that are trained on, at the end of each row. */
  learned: number;
  /** Trained blocks, counted from the last; -1 is all. */
  layers: number;
  rank: number;
  /** Loss and gradients as a compiled function. */
  compile: boolean;
}

export interface TrainBenchResult {
  shape: string;
  method: string;
  batch: number;
  length: number;
  trainableParameters: number;
  compile: "on" | "off";
  stepSeconds: { p50: number; p90: number };
  tokensPerSecond: number;
  supervisedTokensPerSecond: number;
  /** As MLX counts; weights are in it. */
  peakMemoryBytes: number;
}

export interface TrainBench {
  environment: Info;
  results: TrainBenchResult[];
}

export function shapeConfig(shape: string): unknown {
  const file = join(shape, "config.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : modelShapes.get(shape);
}

function configFor(method: string, options: TrainBenchOptions): RunConfig {
  return RunConfigSchema.parse({
    method,
    lora: {
      r: options.rank,
      num_layers: options.layers,
      target_modules: ["all-linear"],
      dropout: 0,
    },
    optimization: { batch_size: options.batch, compile: options.compile },
  });
}

/** As mlx-lm packs them; `--load-in-4bit` takes groups of 32. */
const packing: Packing = { groupSize: 64, bits: 4 };

/** Undefined for a layer that cannot be packed, or whose rows are no whole groups. */
function packedForm(layer: Module): Module | undefined {
  const fits = (columns: number): boolean => columns % packing.groupSize === 0;
  if (isLinearLike(layer) && fits(layer.inputSize)) return PackedLinear.of(layer, packing);
  if (isEmbeddingLike(layer) && fits(layer.size)) return PackedEmbedding.of(layer, packing);
  return undefined;
}

function packed(model: LanguageModel): void {
  for (const [path, layer] of [...model.modules()]) {
    // layer by layer, so that one at a time is there twice; a bias goes over as it is
    carry(model, () => {
      const replacement = packedForm(layer);
      if (replacement === undefined) return;
      model.replaceChild(path, replacement);
      evaluate([...replacement.tensors()]);
    });
  }
}

function batchOf({ batch, length, learned }: TrainBenchOptions, vocabularySize: number): Batch {
  const random = Random.fromSeed(1);
  const rows = Array.from({ length: batch }, (): [Sequence] => {
    const ids = Int32Array.from({ length: length + 1 }, () => random.integer(vocabularySize));
    const weights = Float32Array.from(ids, (_, at) => (at > length * (1 - learned) ? 1 : 0));
    return [{ ids, weights }];
  });
  return collate(rows, { padId: 0, padToMultiple: 1, maxLength: length });
}

/** Tunes nothing that is written anywhere. */
const noFiles = { save: async () => undefined, load: async () => undefined };

/** A learner over a model with drawn weights, without a run; of one of several workers with their ring. */
export async function benchLearner(model: LanguageModel, config: RunConfig, ring?: Ring) {
  const { tuning: name, objective: objectiveName } = chosenMethod(config);
  await tunings.get(name).plan(model, config);
  const origin = { base: "", template: "" };
  const tuning = await tuningOf(config, model, { origin, modelFiles: noFiles });
  const objective = await objectives.get(objectiveName).load(config);
  const slots = optimizedSlots(model).filter((slot) => slot.trainable);
  const learner = learnerOf({ config, model, objective, tuning, slots }, ring);
  return { learner, trainable: parameterCount(slots) };
}

/** By nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Throws ConfigError FT-CONFIG-079 for a method that learns from other rows than these. */
function requireMeasurable(config: RunConfig): void {
  const { objective } = chosenMethod(config);
  if (objective !== "supervised") {
    throw new ConfigError("FT-CONFIG-079", {
      message: `ft bench train measures rows of tokens, and --objective ${objective} trains on rows of another kind`,
      hint: "ft train start MODEL ROWS --method METHOD --json reports the speed of its steps",
    });
  }
  if (config.optimization.compile) requireCompiling(objective);
  requireCompiler(config);
}

function resultOf(
  seconds: readonly number[],
  { tokens, learnedTokens }: Batch,
): Pick<TrainBenchResult, "stepSeconds" | "tokensPerSecond" | "supervisedTokensPerSecond"> {
  const p50 = percentile(seconds, 0.5);
  return {
    stepSeconds: { p50, p90: percentile(seconds, 0.9) },
    tokensPerSecond: tokens / p50,
    supervisedTokensPerSecond: learnedTokens / p50,
  };
}

async function measure(
  model: LanguageModel,
  vocabularySize: number,
  config: RunConfig,
  options: TrainBenchOptions,
) {
  const { learner, trainable } = await benchLearner(model, config);
  try {
    const batch = batchOf(options, vocabularySize);
    clearCache();
    resetPeakMemory();
    const seconds: number[] = [];
    for (let step = 0; step < options.warmup + options.steps; step++) {
      const started = performance.now();
      await learner.step({ batches: [batch], learningRate: 1e-4, seeds: [step] }, () => false);
      seconds.push((performance.now() - started) / 1000);
    }
    return {
      trainableParameters: trainable,
      ...resultOf(seconds.slice(options.warmup), batch),
      peakMemoryBytes: memory().peakBytes,
    };
  } finally {
    learner.dispose();
  }
}

async function benchMethod(method: string, options: TrainBenchOptions): Promise<TrainBenchResult> {
  const config = configFor(method, options);
  requireMeasurable(config);
  const modelConfig = shapeConfig(options.shape);
  const architecture = await architectureOf(modelConfig);
  const { vocabularySize } = architecture.sizes(modelConfig);
  const model = architecture.build(modelConfig);
  initialize(model, 1);
  if (chosenMethod(config).tuning === "qlora") packed(model);
  const { shape, batch, length, compile } = options;
  try {
    const found = await measure(model, vocabularySize, config, options);
    return { shape, method, compile: compile ? "on" : "off", batch, length, ...found };
  } finally {
    dispose(model);
  }
}

/** One method after the other. Throws ConfigError for an unknown shape; what a run of the method would refuse. */
export async function benchTraining(
  options: TrainBenchOptions,
  onMethod: (method: string) => void = () => undefined,
): Promise<TrainBench> {
  describeBackend();
  const results: TrainBenchResult[] = [];
  for (const method of options.methods) {
    onMethod(method);
    results.push(await benchMethod(method, options));
  }
  return { environment: await describeMachine(), results };
}
