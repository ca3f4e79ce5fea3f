// A task as lm-evaluation-harness writes it down: what of its YAML is taken, from local files alone and through Jinja;
// what would run Python is refused by name. Reads no file and asks no model.
import { type Node, parseDocument, visit } from "yaml";
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";

const template = z.string();
const names = z.union([z.string(), z.array(z.string())]);

const Filter = z.looseObject({ function: z.string() });

const Metric = z.strictObject({
  metric: z.enum(["acc", "acc_norm", "exact_match", "perplexity"]),
  aggregation: z.enum(["mean", "perplexity"]).optional(),
  higher_is_better: z.boolean().optional(),
  ignore_case: z.boolean().default(false),
  ignore_punctuation: z.boolean().default(false),
  ignore_numbers: z.boolean().default(false),
  regexes_to_ignore: z.array(z.string()).default([]),
});

const TaskFile = z.strictObject({
  task: z.string(),
  task_alias: z.string().optional(),
  tag: names.optional(),
  dataset_path: z.enum(["json", "csv"]).optional(),
  dataset_name: z.null().optional(),
  dataset_kwargs: z.strictObject({ data_files: z.union([names, z.record(z.string(), names)]) }),
  training_split: z.string().optional(),
  validation_split: z.string().optional(),
  test_split: z.string().optional(),
  fewshot_split: z.string().optional(),
  fewshot_config: z.strictObject({ sampler: z.string(), split: z.string().optional() }).optional(),
  num_fewshot: z.int().min(0).default(0),
  output_type: z
    .enum(["multiple_choice", "generate_until", "loglikelihood"])
    .default("generate_until"),
  description: template.default(""),
  doc_to_text: template,
  doc_to_target: z.union([template, z.int(), z.array(z.union([z.string(), z.int()]))]),
  doc_to_choice: z
    .union([template, z.array(z.string()), z.record(z.string(), z.string())])
    .optional(),
  target_delimiter: z.string().default(" "),
  fewshot_delimiter: z.string().default("\n\n"),
  generation_kwargs: z
    .strictObject({
      until: names.optional(),
      max_gen_toks: z.int().positive().optional(),
      do_sample: z.literal(false).optional(),
      temperature: z.literal(0).optional(),
    })
    .optional(),
  repeats: z.literal(1).optional(),
  metric_list: z.array(Metric).min(1).optional(),
  filter_list: z.array(z.strictObject({ name: z.string(), filter: z.array(Filter) })).optional(),
  should_decontaminate: z.literal(false).optional(),
  metadata: z.unknown().optional(),
});

export type Task = z.infer<typeof TaskFile>;
export type TaskMetric = z.infer<typeof Metric>;
export type TaskFilter = z.infer<typeof Filter>;

function refused(file: string, problems: readonly string[]): UsageError {
  return new UsageError("FT-EVAL-014", {
    at: { file },
    message: "this task is not supported",
    hint: "docs/evaluating.md lists what ft supports of lm-eval's tasks",
    problems: [...problems],
  });
}

/** Python that the file would run. */
function pythonIn(document: ReturnType<typeof parseDocument>): string[] {
  const found: string[] = [];
  visit(document, {
    Node: (_, node) => {
      const { tag } = node as Node & { tag?: string };
      if (tag?.startsWith("!") === true)
        found.push(`${tag} ${(node as { source?: string }).source ?? ""}: Python is not run`);
    },
  });
  return found;
}

/** What the parts of a task ask of each other. */
function contradictions(task: Task): string[] {
  const {
    output_type: type,
    num_fewshot: shots,
    fewshot_config: how,
    metric_list: all = [],
  } = task;
  const fits = {
    multiple_choice: ["acc", "acc_norm"],
    generate_until: ["exact_match"],
    loglikelihood: ["acc", "perplexity"],
  };
  const others = all.filter(({ metric }) => !fits[type].includes(metric));
  return [
    ...others.map(({ metric }) => `metric_list: ${metric} is no score of ${type}`),
    ...(type === "multiple_choice" && task.doc_to_choice === undefined
      ? ["doc_to_choice: is missing"]
      : []),
    ...(shots > 0 && how?.sampler !== "first_n"
      ? ["fewshot_config.sampler: must be first_n: other samplers draw with Python's generator"]
      : []),
  ];
}

/** @throws UsageError FT-EVAL-014 with all that cannot be taken. */
export function parseTask(text: string, file: string): Task {
  const document = parseDocument(text, { logLevel: "silent" });
  if (document.errors.length > 0)
    throw refused(
      file,
      document.errors.map(({ message }) => message),
    );
  const python = pythonIn(document);
  if (python.length > 0) throw refused(file, python);
  const { data, error } = TaskFile.safeParse(document.toJS());
  if (data === undefined)
    throw refused(
      file,
      error.issues.map(({ path, message }) => `${path.join(".") || "task"}: ${message}`),
    );
  const wrong = contradictions(data);
  if (wrong.length > 0) throw refused(file, wrong);
  return data;
}
