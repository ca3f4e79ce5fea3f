// Options of the run itself: what is trained, for how long, by which optimizer, and when it saves and reports.
// The schedules and optimizers they choose live in nn/.
import { z } from "zod";
import { flags } from "../core/flags.ts";
import { listed } from "../core/registry.ts";
import { optimizers, scheduleNames, warmsUp } from "../nn/index.ts";
import { VALIDATION_LOSS } from "./best.ts";
import { builtMethods, methodProblem } from "./methods.ts";
import { objectives } from "./objectives/index.ts";
import { tunings } from "./tuning/index.ts";

/** Names of what is registered: the next optimizer or schedule is known here by being there. */
const optimizerNames = optimizers.names();
const schedulerNames = scheduleNames();

/** One word for a tuning and an objective; null when the two that are given have no word. */
export const Method = z
  .string()
  .refine((word) => methodProblem(word) === undefined, {
    error: (issue) => methodProblem(String(issue.input)) ?? "",
  })
  .nullable()
  .default("lora")
  .describe(`How it is trained: ${builtMethods().join(", ")}`)
  .register(flags, { value: "METHOD", offers: builtMethods });

export const TuningName = z
  .string()
  .refine((name) => tunings.has(name), {
    error: (issue) =>
      `Unknown tuning '${String(issue.input)}'. Valid options: [${tunings.names().join(", ")}]`,
  })
  .nullable()
  .default(null)
  .describe(`Which weights are trained (tuning), instead of a method: ${listed(tunings)}`)
  .register(flags, { value: "NAME", offers: () => tunings.names() });

export const ObjectiveName = z
  .string()
  .refine((name) => objectives.has(name), {
    error: (issue) =>
      `Unknown objective '${String(issue.input)}'. Valid options: [${objectives.names().join(", ")}]`,
  })
  .nullable()
  .default(null)
  .describe(`Training objective, instead of a method: ${listed(objectives)}`)
  .register(flags, { value: "NAME", offers: () => objectives.names() });

const positiveInteger = (message: string): z.ZodInt => z.int().positive({ error: message });
const fraction = (message: string): z.ZodNumber =>
  z.number().min(0, { error: message }).lt(1, { error: message });

/** The figures of each objective that is registered, with those that it names. */
const listedMetrics = [
  `${VALIDATION_LOSS} (lower is better)`,
  ...objectives.names().flatMap((name) => {
    const figures = Object.entries(objectives.get(name).metrics ?? {});
    return figures.map(([figure, better]) => `${figure} (${name}; ${better} is better)`);
  }),
].join(", ");

export const FINAL_MODELS = ["last", "best"] as const;

export const OptimizationOptions = z.strictObject({
  optimizer: z
    .enum(optimizerNames)
    .default("adamw")
    .describe(`Optimizer: ${listed(optimizers)}`),
  learning_rate: z
    .number()
    .positive({ error: "Learning rate must be positive" })
    .default(3e-4)
    .describe("Learning rate after warm-up")
    .register(flags, { long: "lr", value: "RATE" }),
  batch_size: positiveInteger("Batch size must be positive")
    .default(1)
    .describe("Rows in one forward pass")
    .register(flags, { short: "b", value: "N" }),
  auto_batch_size: z
    .boolean()
    .default(false)
    .describe("As many rows as are estimated to fit, 32 at most; --batch-size auto is the same"),
  epochs: z
    .number()
    .positive({ error: "Epochs must be positive" })
    .max(1e6, { error: "Epochs must be at most a million" })
    .default(3)
    .describe("Passes over all training rows")
    .register(flags, { short: "e", value: "N" }),
  iters: positiveInteger("Iterations must be positive")
    .nullable()
    .default(null)
    .describe("Optimizer steps, instead of epochs")
    .register(flags, { value: "N" }),
  warmup_steps: z
    .int()
    .min(0, { error: "Warm-up steps must not be negative" })
    .default(100)
    .describe("Optimizer steps over which the learning rate rises from zero"),
  warmup_ratio: fraction("Warm-up ratio must be between 0 and 1")
    .nullable()
    .default(null)
    .describe("Share of the steps that warm up, instead of warmup_steps"),
  weight_decay: z
    .number()
    .min(0, { error: "Weight decay must not be negative" })
    .default(0.01)
    .describe("Decoupled weight decay"),
  decay_vectors: z
    .boolean()
    .default(false)
    .describe("Weight decay on norms and biases too, as mlx-lm does"),
  coupled_decay: z
    .boolean()
    .default(false)
    .describe(
      "Weight decay as part of the gradient (sgd, muon, lion, adafactor), as in mlx.optimizers",
    ),
  relative_step: z
    .boolean()
    .default(false)
    .describe(
      "Adafactor's own rate, from the step and each parameter's size; the learning rate is ignored",
    ),
  scale_parameter: z
    .boolean()
    .nullable()
    .default(null)
    .describe("Adafactor's rate times each parameter's size; null: with relative_step alone"),
  muon_alone: z
    .boolean()
    .default(false)
    .describe(
      "Muon moves vectors, embeddings and stacks itself, as in mlx.optimizers, instead of leaving them to AdamW",
    ),
  gradient_accumulation_steps: positiveInteger("Gradient accumulation steps must be positive")
    .default(1)
    .describe("Forward passes summed into one optimizer step"),
  lr_scheduler: z
    .enum(schedulerNames, {
      error: (issue) =>
        `Unknown scheduler '${String(issue.input)}'. Valid options: [${schedulerNames.join(", ")}]`,
    })
    .default("linear")
    .describe("Learning rate schedule after warm-up"),
  min_lr_ratio: fraction("Minimum learning-rate ratio must be between 0 and 1")
    .default(0)
    .describe("Final learning rate of decaying schedules, as a share of the peak"),
  lr_cycles: positiveInteger("Cycles must be positive")
    .default(2)
    .describe("Number of cycles of cosine_with_restarts"),
  lr_decay_rate: z
    .number()
    .gt(0, { error: "Decay rate must be between 0 and 1" })
    .lt(1, { error: "Decay rate must be between 0 and 1" })
    .default(0.1)
    .describe("Factor on the rate after lr_decay_steps, for exponential and step"),
  lr_decay_steps: positiveInteger("Decay steps must be positive")
    .nullable()
    .default(null)
    .describe(
      "Optimizer steps of a decay; null: all for exponential, a third for step, the last tenth for warmup_stable_decay",
    ),
  max_grad_norm: z
    .number()
    .positive({ error: "Maximum gradient norm must be positive" })
    .nullable()
    .default(1)
    .describe("Gradient clipping: largest global norm; null does not clip"),
  beta1: fraction("Betas must be between 0 and 1")
    .nullable()
    .default(null)
    .describe("Decay of the first moment; null is the optimizer's usual one, 0.9"),
  beta2: fraction("Betas must be between 0 and 1")
    .nullable()
    .default(null)
    .describe("Decay of the second moment; null is the optimizer's usual one, 0.999 (lion: 0.99)"),
  eps: z
    .number()
    .positive({ error: "Epsilon must be positive" })
    .nullable()
    .default(null)
    .describe("Added to the denominator of Adam; null is 1e-8"),
  momentum: fraction("Momentum must be between 0 and 1")
    .nullable()
    .default(null)
    .describe("Momentum of sgd (null: 0.9) and muon (null: 0.95)"),
  bias_correction: z
    .boolean()
    .default(true)
    .describe("Adam's correction of the moments in the first steps")
    .register(flags, { off: "Leave out Adam's correction of the moments in the first steps" }),
  master_weights: z
    .boolean()
    .default(false)
    .describe(
      "Keep a float32 copy of half-precision weights for the optimizer, so that small updates are not rounded away",
    ),
  gradient_checkpointing: z
    .boolean()
    .default(false)
    .describe("Recompute activations in the backward pass: less memory, about a third more time"),
  gradient_checkpointing_blocks: positiveInteger("Blocks computed again must be at least one")
    .default(1)
    .describe(
      "With gradient checkpointing: how many blocks are recomputed at a time; 2 saves memory in very deep models",
    ),
  compile: z
    .boolean()
    .default(false)
    .describe(
      "Compile the training step with MLX, once for each batch shape; on the CPU this needs a C++ compiler",
    ),
  prefix_cache: z
    .boolean()
    .default(true)
    .describe("With several epochs, compute the blocks below the first trained one only once")
    .register(flags, { off: "Do not cache what frozen blocks compute from the rows" }),
  save_steps: positiveInteger("Save steps must be positive")
    .default(500)
    .describe("Optimizer steps between checkpoints"),
  eval_steps: positiveInteger("Evaluation steps must be positive")
    .default(500)
    .describe("Optimizer steps between evaluations"),
  eval_batches: positiveInteger("Evaluation batches must be positive")
    .nullable()
    .default(50)
    .describe("Validation batches in one evaluation, always of the same rows; null is all"),
  sample_rows: z
    .int()
    .min(0, { error: "Sample rows must not be negative" })
    .max(20, { error: "Sample rows must be at most 20" })
    .default(0)
    .describe(
      "Validation rows that the model answers before the first step and after each evaluation, shown as samples; 0: none",
    )
    .register(flags, { value: "N" }),
  sample_tokens: positiveInteger("Sample tokens must be positive")
    .default(64)
    .describe("Maximum tokens of each sample")
    .register(flags, { value: "N" }),
  test_batches: positiveInteger("Test batches must be positive")
    .nullable()
    .default(null)
    .describe("Batches of test rows that are evaluated after the last step; null is all")
    .register(flags, { value: "N" }),
  keep_checkpoints: positiveInteger("Kept checkpoints must be positive")
    .default(3)
    .describe("How many of the newest checkpoints are kept, besides the best and the latest"),
  final_model: z
    .enum(FINAL_MODELS)
    .default("last")
    .describe("What final_model holds: the last step, or the best checkpoint (metric_for_best)"),
  metric_for_best: z
    .string()
    .default(VALIDATION_LOSS)
    .describe(`Metric that decides which checkpoint is best: ${listedMetrics}`)
    .register(flags, { value: "NAME" }),
  early_stopping_patience: positiveInteger("Early stopping patience must be positive")
    .nullable()
    .default(null)
    .describe(
      "Stop after this many evaluations in a row without an improvement (--final-model best keeps the best); null never stops early",
    ),
  early_stopping_min_delta: z
    .number()
    .min(0, { error: "Early stopping delta must not be negative" })
    .default(0)
    .describe("Smallest improvement over the best evaluation that counts"),
  report_every: positiveInteger("Report interval must be positive")
    .default(10)
    .describe("Optimizer steps between reported steps"),
});

export type OptimizationOptions = z.infer<typeof OptimizationOptions>;

/** Blocks that the backward pass computes again at a time; 0: none. */
export function recomputedBlocks(options: OptimizationOptions): number {
  return options.gradient_checkpointing ? options.gradient_checkpointing_blocks : 0;
}

/**
 * A warm-up that ends inside the run: `shortened` says that it had to be cut, to a tenth of the steps. None where the
 * scheduler has none.
 */
export function warmupThatFits(
  options: Pick<OptimizationOptions, "warmup_steps" | "warmup_ratio" | "lr_scheduler">,
  totalSteps: number,
): { warmupSteps: number; shortened: boolean } {
  const { warmup_steps, warmup_ratio } = options;
  const asked = warmup_ratio === null ? warmup_steps : Math.ceil(warmup_ratio * totalSteps);
  const warmupSteps = warmsUp(options.lr_scheduler) ? asked : 0;
  if (warmupSteps < totalSteps || warmupSteps === 0) return { warmupSteps, shortened: false };
  return { warmupSteps: Math.ceil(totalSteps / 10), shortened: true };
}

/**
 * Optimizer steps of the whole run, when a pass over the rows takes `windowsPerEpoch`. A part of a step is a whole one,
 * as in transformers.
 */
export function totalSteps(
  { iters, epochs }: Pick<OptimizationOptions, "iters" | "epochs">,
  windowsPerEpoch: number,
): number {
  // 0.1 of 30 steps is 3, though the product is a hair more
  return iters ?? Math.ceil(epochs * windowsPerEpoch - 1e-6);
}
