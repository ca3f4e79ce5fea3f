// mlx_lm.lora 0.32, step by step: one step is one of its iterations. Established by running it; where it differs from
// our own course, ours is what we think right (docs/coming-from-mlx-lm.md).
import type { EncodedRows } from "../../../data/index.ts";
import { inputLength, lengthMultiple } from "../../../data/index.ts";
import { chosenMethod } from "../../../train/methods.ts";
import type { Unit } from "../../../train/run.ts";
import type { PartialRunConfig, RunConfig } from "../../config/schema.ts";
import type { Course } from "../course.ts";
import { DrawnBatches, slicedBatches } from "./batches.ts";
import { fromMlxLm, isMlxLmFile } from "./config-file.ts";
import { mlxLmRows } from "./rows.ts";
import { mlxLmSchedule } from "./schedule.ts";

/** Where mlx.optimizers' defaults are not ours. */
const optimizerDefaults: Readonly<Record<string, PartialRunConfig["optimization"]>> = {
  sgd: { weight_decay: 0, momentum: 0 },
  muon: { coupled_decay: true },
  adafactor: { weight_decay: 0, relative_step: true },
};

/** mlx_lm.lora's defaults. */
function preset(optimizer: string): PartialRunConfig {
  return {
    seed: 0,
    data: { max_length: 2048, mask: "all", validation_split: 0 },
    lora: { r: 8, scale: 20, dropout: 0, target_modules: ["all-linear"], num_layers: 16 },
    optimization: {
      ...{ optimizer: "adam", learning_rate: 1e-5, batch_size: 4, iters: 1000, warmup_steps: 0 },
      ...{ lr_scheduler: "constant", max_grad_norm: null, bias_correction: false },
      ...{
        decay_vectors: true,
        eval_batches: 25,
        eval_steps: 200,
        report_every: 10,
        save_steps: 100,
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

const fieldCounts = ({ samples }: EncodedRows): number[] =>
  samples.map(({ row }) => row.fields ?? 1);

function problems(config: RunConfig): string[] {
  const { optimization } = config;
  const { tuning, objective } = chosenMethod(config);
  const isAdapter = ["lora", "qlora"].includes(tuning);
  const known = ["adam", "adamw", "muon", "sgd", "adafactor"];
  return [
    ...(objective === "supervised" ? [] : [`mlx-lm does not learn ${objective}`]),
    ...(known.includes(optimization.optimizer)
      ? []
      : [`mlx-lm has no optimizer ${optimization.optimizer}: it has ${known.join(", ")}`]),
    ...(optimization.optimizer === "muon" && !isAdapter
      ? ["mlx-lm's muon is reproduced for LoRA only: vectors and embeddings move differently there"]
      : []),
    ...(Object.values(config.loss).some((value) => value !== 0)
      ? ["mlx-lm has neither label smoothing nor z-loss nor noise on embeddings"]
      : []),
    ...(optimization.iters === null ? ["mlx-lm counts iterations: give --iters"] : []),
  ];
}

/** Lengths are padded as ours are; what lies in the padding changes nothing. */
const padding = (maxLength: number) => ({ padToMultiple: lengthMultiple, maxLength, buckets: [] });

export const mlxLm: Course = {
  about: "mlx_lm.lora 0.32",
  preset,
  readFile: (file) => (isMlxLmFile(file.values) ? fromMlxLm(file) : undefined),
  problems,
  cut: mlxLmRows,
  layOut({ optimization, seed }, rows, longestInput) {
    const { batch_size, eval_steps, iters } = optimization;
    const batches = new DrawnBatches({
      seed,
      training: slicedBatches(fieldCounts(rows.train), batch_size),
      validation: slicedBatches(fieldCounts(rows.validation), batch_size),
      iterations: iters ?? 0,
      evaluateEvery: eval_steps,
    });
    const [units, validation] = [alone(rows.train), alone(rows.validation)];
    return { units, validation, unitLength, batches, padding: padding(longestInput) };
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
  evaluations({ optimization }, { batches }) {
    if (!(batches instanceof DrawnBatches)) throw new RangeError("rows laid out by another course");
    return {
      isDue: (steps) => batches.isValidated(steps),
      batches: (steps) => batches.validationAt(steps, optimization.eval_batches),
    };
  },
  stepsAnUpdate: ({ optimization }) => optimization.gradient_accumulation_steps,
};
