// A configuration file of mlx_lm.lora 0.32 as one of ours: recognised by its keys, each of which is mapped or named.
// What the values do then is index.ts's; a file that is read here asks for its course.
import { basename, dirname } from "node:path";
import { ConfigError, type Location } from "../../../core/errors.ts";
import { type ConfigLayer, isGroup, type RawValues, setAt } from "../../config/layers.ts";
import { RunConfigSchema } from "../../config/schema.ts";

/** Ours, with dots, and the value there; a text: why it cannot be done; nothing: it changes nothing. */
type Meant = Readonly<Record<string, unknown>> | string | undefined;
type Mapping = (value: unknown) => Meant;

const to =
  (path: string): Mapping =>
  (value) => ({ [path]: value });

const notSupported = (why: string): Mapping => {
  return (value) => (value === null || value === false ? undefined : why);
};

/** A key of data that only has its default here. */
const only =
  (usual: string): Mapping =>
  (value) =>
    value === usual
      ? undefined
      : `fields have other names only by changing the rows: rename it to ${usual}`;

const ofLora: Readonly<Record<string, Mapping>> = {
  rank: to("lora.r"),
  scale: to("lora.scale"),
  dropout: to("lora.dropout"),
  keys: to("lora.target_modules"),
};

const ofSchedule: Readonly<Record<string, Mapping>> = {
  name: to("course.schedule"),
  arguments: to("course.schedule_arguments"),
  warmup: to("course.schedule_warmup"),
  warmup_init: to("course.schedule_warmup_init"),
};

const ofOptimizer: Readonly<Record<string, Mapping>> = {
  betas: (value) =>
    Array.isArray(value)
      ? { "optimization.beta1": value[0], "optimization.beta2": value[1] }
      : "two numbers are meant",
  eps: to("optimization.eps"),
  weight_decay: to("optimization.weight_decay"),
  bias_correction: to("optimization.bias_correction"),
  momentum: to("optimization.momentum"),
  relative_step: to("optimization.relative_step"),
  scale_parameter: (value) => ({ "optimization.relative_step": value }),
};

const top: Readonly<Record<string, Mapping>> = {
  model: to("model.name"),
  train: (value) =>
    value === true ? undefined : "ft train start trains: leave train out or set it to true",
  fine_tune_type: to("method"),
  optimizer: to("optimization.optimizer"),
  data: to("data.train_file"),
  mask_prompt: (value) => ({ "data.mask": value === true ? "last" : "all" }),
  num_layers: to("lora.num_layers"),
  batch_size: to("optimization.batch_size"),
  iters: to("optimization.iters"),
  val_batches: (value) => ({ "optimization.eval_batches": value === -1 ? null : value }),
  learning_rate: to("optimization.learning_rate"),
  steps_per_report: to("optimization.report_every"),
  steps_per_eval: to("optimization.eval_steps"),
  save_every: to("optimization.save_steps"),
  grad_accumulation_steps: to("optimization.gradient_accumulation_steps"),
  grad_checkpoint: to("optimization.gradient_checkpointing"),
  // mlx-lm reads it and does nothing with it
  clear_cache_threshold: () => undefined,
  resume_adapter_file: adapterFolder,
  adapter_path: to("output_dir"),
  max_seq_length: to("data.max_length"),
  seed: to("seed"),
  test: notSupported("it is not evaluated on a test set while training"),
  test_batches: () => undefined,
  report_to: notSupported("ft reports to TensorBoard, MLflow and Trackio: --report-to"),
  project_name: () => undefined,
  trust_remote_code: notSupported("code from a model repository is never run"),
  hf_dataset: notSupported(
    "rows come from files: download the data set and give its folder as data",
  ),
  prompt_feature: only("prompt"),
  completion_feature: only("completion"),
  text_feature: only("text"),
  chat_feature: only("messages"),
  config: () => undefined,
};

function adapterFolder(value: unknown): Meant {
  if (value === null) return undefined;
  const file = typeof value === "string" ? value : "";
  if (basename(file) !== "adapters.safetensors")
    return "an adapter to start from is a folder with adapters.safetensors and adapter_config.json";
  return { "lora.init_adapter": dirname(file) };
}

/** Keys that our own files do not have at the top. */
const telling = Object.keys(top).filter(
  (key) => key !== "optimizer" && !Object.hasOwn(RunConfigSchema.shape, key),
);

/** Whether a file's values are mlx-lm's. */
export function isMlxLmFile(values: RawValues): boolean {
  return typeof values["model"] === "string" || telling.some((key) => Object.hasOwn(values, key));
}

interface Entry {
  /** As the file has it. */
  path: readonly string[];
  value: unknown;
  mapping: Mapping | undefined;
}

function under(
  path: readonly string[],
  value: unknown,
  table: Readonly<Record<string, Mapping>>,
): Entry[] {
  if (!isGroup(value)) return [];
  return Object.entries(value).map(([key, one]) => ({
    path: [...path, key],
    value: one,
    mapping: table[key],
  }));
}

/** Settings of the optimizer that the file names; those of the others do not count. */
function ofChosenOptimizer(values: RawValues): Entry[] {
  const { optimizer = "adam", optimizer_config: settings } = values;
  if (!isGroup(settings)) return [];
  const name = String(optimizer);
  return under(["optimizer_config", name], settings[name], ofOptimizer);
}

function entriesOf(values: RawValues): Entry[] {
  const { lora_parameters, lr_schedule, optimizer_config: _, ...rest } = values;
  return [
    ...under([], rest, top),
    ...under(["lora_parameters"], lora_parameters, ofLora),
    ...under(["lr_schedule"], lr_schedule, ofSchedule),
    ...ofChosenOptimizer(values),
  ];
}

function refused(problems: readonly string[]): ConfigError {
  return new ConfigError("FT-CONFIG-067", {
    message: "this is a configuration of mlx_lm.lora, and not all of it can be done here",
    problems,
    hint: "change these keys, or leave them out",
  });
}

/** The same layer with our keys. Throws ConfigError FT-CONFIG-067 with every key that has no counterpart. */
export function fromMlxLm(file: ConfigLayer): ConfigLayer {
  const values: Record<string, unknown> = { course: { compat: "mlx-lm" } };
  const cameFrom = new Map<string, readonly string[]>();
  const problems: string[] = [];
  for (const { path, value, mapping } of entriesOf(file.values)) {
    const meant = mapping === undefined ? "mlx_lm.lora 0.32 has no such key" : mapping(value);
    if (typeof meant === "string")
      problems.push(`${placeOf(file, path)}${path.join(".")}: ${meant}`);
    else
      for (const [key, own] of Object.entries(meant ?? {})) {
        setAt(values, key.split("."), own);
        cameFrom.set(key, path);
      }
  }
  if (problems.length > 0) throw refused(problems);
  const theirs = (path: readonly string[]): readonly string[] => cameFrom.get(path.join(".")) ?? [];
  return {
    kind: file.kind,
    values,
    originOf: (path) => file.originOf(theirs(path)),
    locate: (path): Location => file.locate?.(theirs(path)) ?? {},
  };
}

function placeOf(file: ConfigLayer, path: readonly string[]): string {
  const { file: name, line } = file.locate?.(path) ?? {};
  return name === undefined ? "" : `${name}${line === undefined ? "" : `:${line}`}: `;
}
