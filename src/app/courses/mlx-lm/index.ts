// mlx_lm.lora 0.32, step by step: one step is one of its iterations. Established by running it; where it differs from
// our own course, ours is what we think right (docs/coming-from-mlx-lm.md).
import { DataError } from "../../../core/errors.ts";
import type { EncodedRows } from "../../../data/index.ts";
import { inputLength, lengthMultiple } from "../../../data/index.ts";
import { chosenMethod } from "../../../train/methods.ts";
import type { Unit } from "../../../train/run.ts";
import { tunings } from "../../../train/tuning/index.ts";
import type { PartialRunConfig, RunConfig } from "../../config/schema.ts";
import type { RowLayout } from "../../train/lay-out-rows.ts";
import type { PreparedData } from "../../train/prepare-data.ts";
import type { Course } from "../course.ts";
import { DrawnBatches, slicedBatches } from "./batches.ts";
import { fromMlxLm, isMlxLmFile } from "./config-file.ts";
import { mlxLmRows } from "./rows.ts";
import { mlxLmSchedule } from "./schedule.ts";

/** Where mlx.optimizers' defaults are not ours. */
const optimizerDefaults: Readonly<Record<string, PartialRunConfig["optimization"]>> = {
  sgd: { weight_decay: 0, momentum: 0, coupled_decay: true },
  muon: { coupled_decay: true, muon_alone: true },
  adafactor: { weight_decay: 0, relative_step: true, scale_parameter: true },
};

/** mlx_lm.lora's defaults. */
function preset(optimizer: string): PartialRunConfig {
  return {
    seed: 0,
    model: { torch_dtype: "checkpoint" },
    data: { max_length: 2048, mask: "all", validation_split: 0 },
    lora: {
      ...{ r: 8, scale: 20, dropout: 0, num_layers: 16 },
      ...{ target_modules: ["all-linear"], adapt_routers: true },
    },
    loss: { router_aux_loss_coef: 0 },
    optimization: {
      ...{ optimizer: "adam", learning_rate: 1e-5, batch_size: 4, iters: 1000, warmup_steps: 0 },
      ...{ lr_scheduler: "constant", max_grad_norm: null, bias_correction: false },
      ...{
        decay_vectors: true,
        eval_batches: 25,
        eval_steps: 200,
        report_every: 10,
        save_steps: 100,
        test_batches: 500,
      },
      prefix_cache: false,
      ...optimizerDefaults[optimizer],
    },
  };
}

/** Positions that samples take in a row of a batch. */
const unitLength = (unit: Unit): number =>
  unit.flatMap(({ sequences }) => sequences).reduce((sum, one) => sum + inputLength(one), 0);

const alone = ({ samples }: EncodedRows): Unit[] => samples.map((sample) => [sample]);

function drawn({ batches }: RowLayout): DrawnBatches {
  if (batches instanceof DrawnBatches) return batches;
  throw new RangeError("rows laid out by another course");
}

/** Batches of one part of the rows. Throws DataError FT-DATA-036 where there are rows, but not enough for one batch. */
function sliced(
  rows: PreparedData,
  part: "train" | "validation" | "test",
  batchSize: number,
): number[][] {
  const { samples } = rows[part];
  if (samples.length > 0 && samples.length < batchSize) throw tooFew(rows, part, batchSize);
  return slicedBatches(fieldCounts(rows[part]), batchSize);
}

function tooFew(rows: PreparedData, part: "train" | "validation" | "test", batchSize: number) {
  const { length } = rows[part].samples;
  return new DataError("FT-DATA-036", {
    at: { file: rows.path },
    message: `--compat mlx-lm uses full batches only: ${length} ${part} rows do not fill a batch of ${batchSize}`,
    hint: `--batch-size ${length}, or more rows`,
  });
}

const fieldCounts = ({ samples }: EncodedRows): number[] =>
  samples.map(({ row }) => row.fields ?? 1);

function problems(config: RunConfig): string[] {
  const { optimization } = config;
  const { objective } = chosenMethod(config);
  const known = ["adam", "adamw", "muon", "sgd", "adafactor"];
  return [
    ...(objective === "supervised" ? [] : [`mlx-lm does not learn ${objective}`]),
    ...(known.includes(optimization.optimizer)
      ? []
      : [`mlx-lm has no optimizer ${optimization.optimizer}: it has ${known.join(", ")}`]),
    ...(Object.values(config.loss).some((value) => value !== 0 && value !== null)
      ? [
          "mlx-lm has neither label smoothing nor z-loss nor noise on embeddings, and balances no experts",
        ]
      : []),
    ...(optimization.iters === null ? ["mlx-lm counts iterations: give --iters"] : []),
  ];
}

/** All layers are all blocks there, when whole weights are trained: neither embeddings nor the head nor the last norm. */
function onModel(config: RunConfig, blockCount: number): RunConfig {
  const { lora } = config;
  const isWhole = !tunings.get(chosenMethod(config).tuning).isAdapter && lora.num_layers === -1;
  return isWhole ? { ...config, lora: { ...lora, num_layers: blockCount } } : config;
}

/** Lengths are padded as ours are; what lies in the padding changes nothing. */
const padding = (maxLength: number) => ({ padToMultiple: lengthMultiple, maxLength, buckets: [] });

export const mlxLm: Course = {
  about: "mlx_lm.lora 0.32",
  preset,
  readFile: (file) => (isMlxLmFile(file.values) ? fromMlxLm(file) : undefined),
  onModel,
  problems,
  cut: mlxLmRows,
  layOut({ optimization, seed }, rows, longestInput) {
    const { batch_size, eval_steps, iters } = optimization;
    const batches = new DrawnBatches({
      seed,
      training: sliced(rows, "train", batch_size),
      validation: sliced(rows, "validation", batch_size),
      test: sliced(rows, "test", batch_size),
      iterations: iters ?? 0,
      evaluateEvery: eval_steps,
    });
    return {
      units: alone(rows.train),
      validation: alone(rows.validation),
      test: alone(rows.test),
      unitLength,
      batches,
      padding: padding(longestInput),
    };
  },
  plan({ optimization, course }) {
    const rate = mlxLmSchedule(optimization.learning_rate, course);
    const { gradient_accumulation_steps: parts, iters } = optimization;
    return {
      totalSteps: iters ?? 0,
      schedule: (step) => rate(Math.floor(step / parts)),
      notices: [],
    };
  },
  evaluations({ optimization }, layout) {
    const batches = drawn(layout);
    return {
      isDue: (steps) => batches.isValidated(steps),
      batches: (steps) => batches.validationAt(steps, optimization.eval_batches),
    };
  },
  testBatches: ({ optimization }, layout) => drawn(layout).testBatches(optimization.test_batches),
  stepsAnUpdate: ({ optimization }) => optimization.gradient_accumulation_steps,
};
