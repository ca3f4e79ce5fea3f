// Settings in the groups in which a person thinks of them, for a form: which model, which data, how, how long, what
// memory allows, how it is looked at, where it goes. Says nothing of a setting itself, which its schema does.

export interface FormGroup {
  name: string;
  title: string;
  about: string;
  /** Settings that are seen at once, in this order. */
  usual: readonly string[];
  /** Others that belong here, by key or by the group of the schema; the first group that takes one has it. */
  others: readonly string[];
}

/** The next group is one entry; what none of them takes goes to the last. */
export const formGroups: readonly FormGroup[] = [
  {
    name: "model",
    title: "Model",
    about: "The base model",
    usual: ["model.name", "model.load_in_4bit"],
    others: ["model.revision", "model.torch_dtype", "model"],
  },
  {
    name: "memory",
    title: "Memory",
    about: "What is in memory at once; most of these do not change the result",
    usual: [
      "optimization.batch_size",
      "optimization.gradient_accumulation_steps",
      "data.max_length",
      "optimization.gradient_checkpointing",
    ],
    others: [
      "optimization.auto_batch_size",
      "data.packing",
      "data.grouping",
      "data.too_long",
      "optimization.gradient_checkpointing_blocks",
      "optimization.compile",
      "optimization.prefix_cache",
      "optimization.master_weights",
      "preference.share_prompt",
    ],
  },
  {
    name: "data",
    title: "Data",
    about: "Rows, template and the tokens to train on",
    usual: ["data.train_file", "data.template", "data.mask", "data.validation_split"],
    others: ["data.validation_file", "data"],
  },
  {
    name: "checks",
    title: "Checks",
    about: "Validation and samples during training",
    usual: ["optimization.eval_steps", "optimization.sample_rows"],
    others: [
      "optimization.eval_batches",
      "optimization.sample_tokens",
      "optimization.report_every",
      "optimization.metric_for_best",
      "optimization.early_stopping_patience",
      "optimization.early_stopping_min_delta",
      "optimization.test_batches",
    ],
  },
  {
    name: "output",
    title: "Output",
    about: "Where results go and which checkpoints are kept",
    usual: ["output_dir", "optimization.final_model"],
    others: ["optimization.save_steps", "optimization.keep_checkpoints", "report_to", "seed"],
  },
  {
    name: "length",
    title: "Length and pace",
    about: "Training length, learning rate and schedule",
    usual: [
      "optimization.epochs",
      "optimization.iters",
      "optimization.learning_rate",
      "optimization.lr_scheduler",
      "optimization.warmup_steps",
    ],
    others: ["optimization"],
  },
  {
    name: "method",
    title: "Method",
    about: "What is trained and how",
    usual: ["method", "lora.r", "lora.alpha", "lora.target_modules"],
    others: ["lora", "loss", "preference", "distillation", "course", "tuning", "objective"],
  },
];

/** The order in which a person fills them in. */
export const shownOrder = ["model", "data", "method", "length", "memory", "checks", "output"];

export interface Grouped {
  group: string;
  /** Seen at once, rather than on request. */
  usual: boolean;
  /** Its place within the group. */
  place: number;
}

/** Where a setting belongs, by its dotted key. */
export function groupOf(key: string): Grouped {
  for (const { name, usual, others } of formGroups) {
    const place = usual.indexOf(key);
    if (place !== -1) return { group: name, usual: true, place };
    const other = others.indexOf(key);
    if (other !== -1) return { group: name, usual: false, place: 100 + other };
  }
  const [under = ""] = key.split(".");
  const found = formGroups.find(({ others }) => others.includes(under));
  return { group: found?.name ?? "method", usual: false, place: 1000 };
}
