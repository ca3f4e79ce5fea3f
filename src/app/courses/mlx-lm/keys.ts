// Every key of a configuration of mlx_lm.lora 0.32: what values it takes there, and what each means here. Reading a file
// by these tables is config-file.ts's.
import { z } from "zod";

/** Ours, with dots, and the value there; a text: why it cannot be done; nothing: it changes nothing. */
export type Meant = Readonly<Record<string, unknown>> | string | undefined;

export interface Key {
  type: z.ZodType;
  meaning(value: unknown): Meant;
}

export type Keys = Readonly<Record<string, Key>>;

function key<Type extends z.ZodType>(type: Type, meaning: (value: z.infer<Type>) => Meant): Key {
  return { type, meaning: (value) => meaning(value as z.infer<Type>) };
}

const as = (type: z.ZodType, path: string): Key => key(type, (value) => ({ [path]: value }));

/** Changes nothing here. */
const idle = (type: z.ZodType): Key => key(type, () => undefined);

/** Only mlx-lm's own default is done here. */
const only = (type: z.ZodType, usual: unknown, why: string): Key =>
  key(type, (value) => (JSON.stringify(value) === JSON.stringify(usual) ? undefined : why));

/** Of an optimizer: a number that is built in. */
const fixed = (type: z.ZodType, usual: unknown): Key =>
  only(type, usual, `only ${JSON.stringify(usual)} is done here: leave it out`);

const text = z.string();
const flag = z.boolean();
const count = z.int().positive();
const rate = z.number().min(0);
const share = z.number().min(0).lt(1);

/** All of a set is −1 there. */
const batches = z.int().refine((value) => value === -1 || value > 0, {
  error: "expected a whole number above 0, or -1",
});
const limit = (value: number): number | null => (value === -1 ? null : value);

/** Where keys and values are expected. */
export const anyGroup = idle(z.record(z.string(), z.unknown()));

const field = (usual: string): Key =>
  only(
    text,
    usual,
    `rename the field of the rows to ${usual} (ft data prepare FILE -o OUT --columns ${usual}=NAME), and leave this out`,
  );

export const loraKeys: Keys = {
  rank: as(count, "lora.r"),
  scale: as(z.number().positive(), "lora.scale"),
  dropout: as(share, "lora.dropout"),
  keys: as(z.array(text).min(1), "lora.target_modules"),
  alpha: key(z.unknown(), () => "mlx-lm has scale in its place, which is alpha / rank"),
};

export const scheduleKeys: Keys = {
  name: as(text, "course.schedule"),
  arguments: as(z.array(z.number()), "course.schedule_arguments"),
  warmup: as(z.int().min(0), "course.schedule_warmup"),
  warmup_init: as(rate, "course.schedule_warmup_init"),
};

const decay = as(rate, "optimization.weight_decay");
const momentum = as(share, "optimization.momentum");

const adam: Keys = {
  betas: key(z.tuple([share, share]), ([first, second]) => {
    return { "optimization.beta1": first, "optimization.beta2": second };
  }),
  eps: as(z.number().positive(), "optimization.eps"),
  bias_correction: as(flag, "optimization.bias_correction"),
};

/** By the optimizer's name. */
export const optimizerKeys: Readonly<Record<string, Keys>> = {
  adam,
  adamw: { ...adam, weight_decay: decay },
  muon: {
    momentum,
    weight_decay: decay,
    nesterov: fixed(flag, true),
    ns_steps: fixed(count, 5),
  },
  sgd: {
    momentum,
    weight_decay: decay,
    dampening: fixed(z.number(), 0),
    nesterov: fixed(flag, false),
  },
  adafactor: {
    weight_decay: decay,
    relative_step: as(flag, "optimization.relative_step"),
    scale_parameter: as(flag, "optimization.scale_parameter"),
    eps: fixed(z.tuple([rate, rate]), [1e-30, 1e-3]),
    clip_threshold: fixed(z.number(), 1),
    decay_rate: fixed(z.number(), -0.8),
    beta_1: key(z.unknown(), () => "a first moment of adafactor is not kept here: leave it out"),
    warmup_init: fixed(flag, false),
  },
};

/** mlx-lm reads them in any case. */
export const optimizerName = z
  .string()
  .transform((name) => name.toLowerCase())
  .pipe(z.enum(Object.keys(optimizerKeys)));

export const topKeys: Keys = {
  model: as(text, "model.name"),
  train: key(flag, (value) =>
    value ? undefined : "ft train start trains: set it to true, or leave it out",
  ),
  fine_tune_type: as(z.enum(["lora", "dora", "full"]), "method"),
  optimizer: key(optimizerName, (value) => ({ "optimization.optimizer": value.toLowerCase() })),
  data: as(text, "data.train_file"),
  mask_prompt: key(flag, (value) => ({ "data.mask": value ? "last" : "all" })),
  // as Python's slices have it, 0 and less are all
  num_layers: key(z.int(), (value) => ({ "lora.num_layers": value < 1 ? -1 : value })),
  batch_size: as(count, "optimization.batch_size"),
  iters: as(count, "optimization.iters"),
  val_batches: key(batches, (value) => ({ "optimization.eval_batches": limit(value) })),
  learning_rate: as(z.number().positive(), "optimization.learning_rate"),
  steps_per_report: as(count, "optimization.report_every"),
  steps_per_eval: as(count, "optimization.eval_steps"),
  save_every: as(count, "optimization.save_steps"),
  grad_accumulation_steps: as(count, "optimization.gradient_accumulation_steps"),
  grad_checkpoint: as(flag, "optimization.gradient_checkpointing"),
  // mlx-lm reads it and does nothing with it
  clear_cache_threshold: idle(z.union([z.number(), text])),
  resume_adapter_file: as(text, "lora.init_adapter"),
  adapter_path: as(text, "output_dir"),
  max_seq_length: as(count, "data.max_length"),
  seed: as(z.int().min(0), "seed"),
  test: as(flag, "data.evaluate_test"),
  test_batches: key(batches, (value) => ({ "optimization.test_batches": limit(value) })),
  report_to: key(text, (value) =>
    value === ""
      ? undefined
      : `ft does not report to ${value}: leave it out, and give --report-to tensorboard, mlflow or trackio`,
  ),
  project_name: idle(text),
  trust_remote_code: only(
    flag,
    false,
    "code from a model repository is never run: set it to false",
  ),
  hf_dataset: key(
    z.unknown(),
    () =>
      "data is a file or folder here: ft data pull ORG/NAME -o data/train.jsonl writes the rows of a Hub dataset; give data as data",
  ),
  prompt_feature: field("prompt"),
  completion_feature: field("completion"),
  text_feature: field("text"),
  chat_feature: field("messages"),
  config: idle(text),
};
