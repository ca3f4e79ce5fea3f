// Settings of a run at a service as the configuration that every run has, so that whatever reads run folders reads this
// one too. What the service decides itself (the scale of the adapter, how it begins) has no say here.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { MASKS } from "../../data/options.ts";
import { badRank } from "../../remote/tinker/errors.ts";
import { type ConfigLayer, layer, type RawValues } from "../config/layers.ts";
import { type ResolvedConfig, resolveConfig } from "../config/resolve.ts";

export const SCHEDULES = ["constant", "linear", "cosine"] as const;
export const WIRES = ["protobuf", "json"] as const;

/** Settings of `ft remote train`, each with what it is when nobody says. */
export const RemoteTrainSettings = z.strictObject({
  baseModel: z
    .string()
    .default("auto")
    .describe(
      "Model to train an adapter on; auto: the first of Tinker's with Qwen and 8B in its name",
    )
    .register(flags, { long: "base-model", value: "MODEL" }),
  batch: z
    .int()
    .min(1)
    .default(64)
    .describe("Rows in a step")
    .register(flags, { short: "b", aliases: ["batch-size"], value: "N" }),
  rank: z
    .int()
    .min(1)
    .default(16)
    .describe("Rank of the adapter: a power of two")
    .register(flags, { short: "r", value: "N" }),
  learningRate: z
    .number()
    .positive()
    .default(1e-4)
    .describe("Learning rate")
    .register(flags, { aliases: ["lr"], value: "RATE" }),
  schedule: z.enum(SCHEDULES).default("constant").describe("Learning rate schedule"),
  warmup: z
    .int()
    .min(0)
    .default(0)
    .describe("Steps over which the learning rate rises from zero")
    .register(flags, { value: "N" }),
  weightDecay: z.number().min(0).default(0).describe("Decoupled weight decay"),
  maxSteps: z
    .int()
    .min(0)
    .default(0)
    .describe("Steps of the whole run; 0 means all steps of the epochs")
    .register(flags, { value: "N" }),
  epochs: z
    .number()
    .positive()
    .default(1)
    .describe("Passes over the rows")
    .register(flags, { short: "e", value: "N" }),
  saveEvery: z
    .int()
    .min(0)
    .default(50)
    .describe("Steps between checkpoints; 0 saves only one, after the last step")
    .register(flags, { value: "N" }),
  evalEvery: z
    .int()
    .min(1)
    .default(50)
    .describe("Steps between evaluations, if --validation is given")
    .register(flags, { value: "N" }),
  validation: z
    .string()
    .optional()
    .describe("Rows to evaluate on; default: none")
    .register(flags, { value: "FILE" }),
  template: z
    .string()
    .default("auto")
    .describe(
      "Template for conversations: auto (the model's own), a name, a template file, or its text",
    )
    .register(flags, { short: "t", value: "NAME" }),
  mask: z
    .enum(MASKS)
    .default("assistant")
    .describe(
      "Which tokens of a conversation are trained on: all, every assistant turn, or the last assistant turn",
    ),
  maxLength: z
    .int()
    .min(2)
    .default(4096)
    .describe("Longest row in tokens; longer rows are truncated")
    .register(flags, { value: "N" }),
  seed: z
    .int()
    .min(0)
    .default(42)
    .describe("Seed of order and adapter")
    .register(flags, { value: "N" }),
});

export type RemoteTrainSettings = z.infer<typeof RemoteTrainSettings>;

/** A schedule never asks for as many. */
const never = 1_000_000_000;

interface Setting {
  flag: string;
  values: (settings: RemoteTrainSettings) => RawValues;
}

const optimization = (values: RawValues): RawValues => ({ optimization: values });

/** How each setting stands in a configuration. */
const SETTINGS: Readonly<Record<Exclude<keyof RemoteTrainSettings, "baseModel">, Setting>> = {
  batch: { flag: "--batch", values: ({ batch }) => optimization({ batch_size: batch }) },
  rank: { flag: "--rank", values: ({ rank }) => ({ lora: { r: rank, alpha: rank } }) },
  learningRate: {
    flag: "--learning-rate",
    values: ({ learningRate }) => optimization({ learning_rate: learningRate }),
  },
  schedule: {
    flag: "--schedule",
    values: ({ schedule }) => optimization({ lr_scheduler: schedule }),
  },
  warmup: { flag: "--warmup", values: ({ warmup }) => optimization({ warmup_steps: warmup }) },
  weightDecay: {
    flag: "--weight-decay",
    values: ({ weightDecay }) => optimization({ weight_decay: weightDecay }),
  },
  epochs: { flag: "--epochs", values: ({ epochs }) => optimization({ epochs }) },
  maxSteps: {
    flag: "--max-steps",
    values: ({ maxSteps }) => (maxSteps === 0 ? {} : optimization({ iters: maxSteps })),
  },
  saveEvery: {
    flag: "--save-every",
    values: ({ saveEvery }) => optimization({ save_steps: saveEvery === 0 ? never : saveEvery }),
  },
  evalEvery: {
    flag: "--eval-every",
    values: ({ evalEvery }) => optimization({ eval_steps: evalEvery }),
  },
  validation: {
    flag: "--validation",
    values: ({ validation }) =>
      validation === undefined
        ? {}
        : { data: { validation_file: validation, validation_split: 0 } },
  },
  template: { flag: "--template", values: ({ template }) => ({ data: { template } }) },
  mask: { flag: "--mask", values: ({ mask }) => ({ data: { mask } }) },
  maxLength: {
    flag: "--max-length",
    values: ({ maxLength }) => ({ data: { max_length: maxLength } }),
  },
  seed: { flag: "--seed", values: ({ seed }) => ({ seed }) },
};

/** What a run at Tinker has beside: its optimizer's numbers, no split, no clipping, every checkpoint kept. */
const preset: RawValues = {
  method: "lora",
  data: { validation_split: 0, grouping: "none" },
  lora: { dropout: 0, target_modules: ["all-linear"] },
  optimization: {
    ...{ optimizer: "adamw", beta1: 0.9, beta2: 0.95, eps: 1e-12, max_grad_norm: null },
    ...{ report_every: 1, keep_checkpoints: never },
  },
};

export interface RemoteRunPlace {
  base: string;
  data: string;
  output: string;
}

/** @throws ConfigError for values that no run takes; UsageError FT-REMOTE-023 for a rank that Tinker does not take. */
export function remoteConfig(
  settings: RemoteTrainSettings,
  { base, data, output }: RemoteRunPlace,
): ResolvedConfig {
  if (!Number.isInteger(Math.log2(settings.rank))) throw badRank(settings.rank);
  const said = Object.entries(SETTINGS).map(([, { flag, values }]): ConfigLayer =>
    layer("flag", flag, values(settings)),
  );
  const place = { model: { name: base }, data: { train_file: data }, output_dir: output };
  return resolveConfig([layer("preset", "remote", preset), layer("argument", "", place), ...said]);
}

/** `lora_MODEL_TIME` below a folder of checkpoints. */
export function usualOutput(folder: string, base: string, now: Date): string {
  const digits = now.toISOString().replace(/[-:]/g, "");
  const time = `${digits.slice(0, 8)}_${digits.slice(9, 15)}`;
  return `${folder.replace(/\/+$/, "")}/lora_${base.replace(/[^A-Za-z0-9.-]+/g, "_")}_${time}`;
}
