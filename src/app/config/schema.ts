// The whole run configuration, composed of the option groups that live beside the code they configure.
// States no defaults but its own two (output_dir, seed); presets and profiles are values over this schema.
import { z } from "zod";
import { LoraOptions } from "../../adapters/options.ts";
import { flags } from "../../core/flags.ts";
import { type DeepReadonly, deepFreeze } from "../../core/frozen.ts";
import { DataOptions } from "../../data/options.ts";
import { ModelOptions } from "../../models/options.ts";
import { reporters } from "../../runs/index.ts";
import {
  DistillationOptions,
  LossOptions,
  PreferenceOptions,
} from "../../train/objectives/options.ts";
import { Method, ObjectiveName, OptimizationOptions, TuningName } from "../../train/options.ts";
import { CourseOptions } from "../courses/options.ts";

const listedReporters = reporters
  .names()
  .map((name) => `${name} (${reporters.get(name).about})`)
  .join(", ");

export const RunConfigSchema = z.strictObject({
  model: ModelOptions.prefault({}).describe("The model to start from"),
  data: DataOptions.prefault({}).describe("Training and validation data"),
  method: Method,
  tuning: TuningName,
  objective: ObjectiveName,
  lora: LoraOptions.prefault({}).describe("The adapter"),
  loss: LossOptions.prefault({}).describe("Additions to the loss of the next token"),
  preference: PreferenceOptions.prefault({}).describe(
    "Settings of preference objectives: dpo, orpo, simpo, kto",
  ),
  distillation: DistillationOptions.prefault({}).describe("Learning from a teacher model"),
  course: CourseOptions.prefault({}).describe("Reproducing the training of another tool"),
  optimization: OptimizationOptions.prefault({}).describe(
    "Length of the run, optimizer and schedule, checkpoints and evaluation",
  ),
  output_dir: z
    .string()
    .min(1, { error: "Output folder is required" })
    .default("./output")
    .describe("Run folder: configuration, events, checkpoints and the final model")
    .register(flags, { long: "output", short: "o", value: "FOLDER" }),
  report_to: z
    .array(z.enum(reporters.names() as [string, ...string[]]))
    .default([])
    .describe(`Where the run is also reported: ${listedReporters}`)
    .register(flags, { value: "NAMES" }),
  seed: z
    .int()
    .min(0, { error: "Seed must not be negative" })
    .default(42)
    .describe("Seed of splitting, order, dropout and adapter weights")
    .register(flags, { value: "N" }),
});

/** Every value of a run, resolved. Frozen all the way down; `ConfigBuilder` makes others. */
export type RunConfig = DeepReadonly<z.infer<typeof RunConfigSchema>>;

/** Some values of a run, nested as in YAML: what a profile, a file or the flags say. */
export type PartialRunConfig = {
  [K in keyof RunConfig]?: RunConfig[K] extends
    | readonly unknown[]
    | string
    | number
    | boolean
    | null
    ? RunConfig[K]
    : Partial<RunConfig[K]>;
};

/** The schema's defaults; a model and data are still missing. */
export function defaultRunConfig(): RunConfig {
  return deepFreeze(RunConfigSchema.parse({}));
}

/** JSON Schema of a configuration file; keys that begin with `x-` are the writer's own. */
export function configJsonSchema(schema: z.ZodObject = RunConfigSchema): Record<string, unknown> {
  return { ...z.toJSONSchema(schema, { io: "input" }), patternProperties: { "^x-": {} } };
}

/** The same as the text of a file, for editors. */
export const configSchemaText = (): string => `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
