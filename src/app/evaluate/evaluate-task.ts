// A task in lm-eval's form asked of a model: rows from local files, answers written down one after another, scores.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { DataError, UsageError } from "../../core/errors.ts";
import { expandHome, packageRoot } from "../../core/paths.ts";
import { fileReaders } from "../../data/files/index.ts";
import { missingData } from "../../data/read.ts";
import type { Comparable } from "../../eval/index.ts";
import { likelihoods } from "../../eval/tasks/likelihood.ts";
import { choicesOf, contextOf, type Doc, targetOf } from "../../eval/tasks/task-doc.ts";
import { parseTask, type Task } from "../../eval/tasks/task-file.ts";
import {
  choiceScores,
  exactMatch,
  examplesFor,
  filtered,
  scoreNames,
  taskScore,
  usualMetrics,
} from "../../eval/tasks/task-scores.ts";
import { loadModel, type Model } from "../../generate/load-model.ts";
import { namedModel } from "../../generate/named-model.ts";
import { generateText } from "../generate/generate-text.ts";
import { answerJobs } from "./answer-jobs.ts";
import type { EvaluateOptions, Evaluation } from "./evaluate-model.ts";
import { type ResultRow, ResultsFolder } from "./results-file.ts";
import { intervalsOf, scoresBy } from "./scores.ts";

export interface TaskOptions extends Pick<
  EvaluateOptions,
  | "model"
  | "baseModel"
  | "numSamples"
  | "seed"
  | "output"
  | "loadIn4bit"
  | "onDownload"
  | "onProgress"
  | "signal"
> {
  /** A YAML file, or a name of the shipped ones. */
  task: string;
}

export interface TaskEvaluation extends Omit<Evaluation, "unasked" | "groups"> {
  task: string;
}

interface Asked {
  task: Task;
  file: string;
  docs: { doc: Doc; line: number }[];
  pool: Doc[];
  dataFile: string;
}

/** As lm-eval says when nothing ends an answer sooner. */
const usualLength = 256;

async function docsOf(file: string): Promise<Asked["docs"]> {
  if (!existsSync(file)) throw await missingData(file);
  const docs: Asked["docs"] = [];
  for await (const raw of fileReaders.get(extname(file).toLowerCase())(file)) {
    if ("value" in raw && typeof raw.value === "object" && raw.value !== null)
      docs.push({ doc: raw.value as Doc, line: raw.line });
    else
      throw new DataError("FT-EVAL-015", {
        at: { file, line: raw.line },
        message: "this row is not a JSON object",
      });
  }
  if (docs.length > 0) return docs;
  throw new DataError("FT-EVAL-015", { at: { file }, message: "the file has no rows" });
}

/** The file of a split; one file alone is every split, as the library of datasets has it for JSON. */
function splitFile(
  { dataset_kwargs: { data_files: given } }: Task,
  split: string | undefined,
  from: string,
): string {
  const found = typeof given === "string" || Array.isArray(given) ? given : given[split ?? ""];
  const path = Array.isArray(found) ? found[0] : found;
  if (path !== undefined) return resolve(dirname(from), path);
  throw new UsageError("FT-EVAL-014", {
    at: { file: from, field: "dataset_kwargs.data_files" },
    message: `there is no file for the split '${split ?? ""}'`,
    hint: "docs/evaluating.md lists what ft supports of lm-eval's tasks",
  });
}

/** A task that comes with the program, by its name; else the file. */
function taskFile(name: string): string {
  const shipped = join(packageRoot(), "data", "tasks", `${name}.yaml`);
  return /^[\w-]+$/.test(name) && existsSync(shipped) ? shipped : expandHome(name);
}

async function readTask(name: string): Promise<Asked> {
  const file = taskFile(name);
  if (!existsSync(file)) throw await missingData(file);
  const task = parseTask(readFileSync(file, "utf8"), file);
  const split = task.test_split ?? task.validation_split ?? task.training_split;
  const dataFile = splitFile(task, split, file);
  const docs = await docsOf(dataFile);
  if (task.num_fewshot === 0) return { task, file, docs, dataFile, pool: [] };
  const shots = task.fewshot_config?.split ?? task.fewshot_split ?? task.training_split ?? split;
  const pool = await docsOf(splitFile(task, shots, file));
  return { task, file, docs, dataFile, pool: pool.map(({ doc }) => doc) };
}

type Answered = Pick<
  ResultRow,
  "prediction" | "references" | "tokens" | "finishReason" | "scores" | "fields"
>;

const written = (target: unknown, choices: readonly string[]): string[] =>
  (Array.isArray(target) ? target : [target]).map((one) =>
    typeof one === "number" ? (choices[one] ?? String(one)) : String(one),
  );

class TaskAnswering {
  readonly #model: Model;
  readonly #asked: Asked;
  readonly #options: TaskOptions;

  constructor(model: Model, asked: Asked, options: TaskOptions) {
    this.#model = model;
    this.#asked = asked;
    this.#options = options;
  }

  async row({ doc, line }: Asked["docs"][number], index: number): Promise<ResultRow> {
    const { task, pool, dataFile: file } = this.#asked;
    const prompt = contextOf(task, doc, examplesFor(pool, doc, task.num_fewshot));
    const answered =
      task.output_type === "generate_until"
        ? await this.#generated(doc, prompt)
        : task.output_type === "multiple_choice"
          ? this.#chosen(doc, prompt)
          : this.#continued(doc, prompt);
    return { index, file, line, prompt, ...answered };
  }

  #chosen(doc: Doc, prompt: string): Answered {
    const { task } = this.#asked;
    const [choices, target] = [choicesOf(task, doc), targetOf(task, doc)];
    const continuations = choices.map((one) => task.target_delimiter + one);
    const found = likelihoods(this.#model, prompt, continuations);
    const { chosen, ...all } = choiceScores(found, choices, target);
    const names = usualMetrics(task).map(({ metric }) => metric);
    const scores = Object.entries(all).filter(([name]) => names.includes(name as "acc"));
    return {
      ...{ prediction: choices[chosen] ?? "", references: written(target, choices) },
      ...{ tokens: found.reduce((sum, { tokens }) => sum + tokens, 0), finishReason: "not asked" },
      scores: Object.fromEntries(scores),
      fields: { loglikelihoods: found.map(({ sum }) => sum) },
    };
  }

  #continued(doc: Doc, prompt: string): Answered {
    const { task } = this.#asked;
    const [target = ""] = written(targetOf(task, doc), []);
    const [found] = likelihoods(this.#model, prompt, [target]);
    const { sum = 0, tokens = 0, isGreedy = true } = found ?? {};
    const all = { acc: isGreedy ? 1 : 0, perplexity: Math.exp(-sum) };
    const names = usualMetrics(task).map(({ metric }) => metric as keyof typeof all);
    const scores = Object.fromEntries(names.map((name) => [name, all[name]]));
    const fields = { loglikelihoods: [sum] };
    return {
      prediction: "",
      references: [target],
      tokens,
      finishReason: "not asked",
      scores,
      fields,
    };
  }

  async #generated(doc: Doc, prompt: string): Promise<Answered> {
    const { task, file } = this.#asked;
    const { until = [task.fewshot_delimiter], max_gen_toks: maxTokens = usualLength } =
      task.generation_kwargs ?? {};
    const { seed, signal } = this.#options;
    const { text, tokenIds, finishReason } = await generateText({
      ...{ model: this.#model, prompt, maxTokens, seed, temperature: 0 },
      ...{ stop: [until].flat().filter((stop) => stop !== ""), ...(signal && { signal }) },
    });
    const [choices, target] = [choicesOf(task, doc), targetOf(task, doc)];
    const pipelines = task.filter_list ?? [{ name: "none", filter: [] }];
    const values = pipelines.flatMap(({ filter }) => {
      const answer = filtered(text, filter, file);
      return usualMetrics(task).map((metric) => exactMatch(answer, target, choices, metric));
    });
    const scores = scoreNames(task).map((name, at) => [name, values[at] ?? 0] as const);
    return {
      ...{ prediction: text, references: written(target, choices), tokens: tokenIds.length },
      ...{ finishReason, scores: Object.fromEntries(scores) },
    };
  }
}

/** What the answers of a task are compared by. Throws as `evaluateTask` does. */
export async function taskScores(name: string): Promise<[string, Comparable<ResultRow>][]> {
  const { task } = await readTask(name);
  return scoreNames(task).map((score) => [score, taskScore(score)]);
}

/**
 * The first `numSamples` rows of a task, as lm-eval's `--limit` takes them. What is in the output folder is not asked again.
 * @throws UsageError FT-EVAL-006, 014; DataError FT-EVAL-015 and for a missing file; what `loadModel` throws.
 */
export async function evaluateTask(options: TaskOptions): Promise<TaskEvaluation> {
  const started = performance.now();
  const asked = await readTask(options.task);
  const { base, adapter, digest } = await namedModel(options.model, options.baseModel);
  const { loadIn4bit, onDownload, signal, numSamples, seed } = options;
  const model = await loadModel(base, {
    ...(adapter && { adapter }),
    loadIn4bit,
    onDownload,
    signal,
  });
  try {
    const jobs = asked.docs.slice(0, numSamples);
    const identity = {
      base,
      adapter: digest,
      task: asked.task,
      docs: createHash("sha256").update(JSON.stringify(jobs)).digest("hex"),
      seed,
    };
    const results = await ResultsFolder.open(options.output, identity, jobs.length);
    const answering = new TaskAnswering(model, asked, options);
    await answerJobs(jobs, (job, index) => answering.row(job, index), results, options);
    const chosen = scoreNames(asked.task).map((name) => [name, taskScore(name)] as const);
    const evaluation = {
      ...{
        model: base,
        adapter: adapter ?? null,
        task: asked.task.task,
        scores: scoresBy(chosen, results.rows),
        intervals: intervalsOf(chosen, results.rows, seed),
      },
      ...{
        samples: jobs.length,
        seconds: (performance.now() - started) / 1000,
        resultsFile: results.file,
      },
      ...{
        signature: `lm-eval|${asked.task.output_type}|shots:${asked.task.num_fewshot}`,
        warnings: [...model.warnings],
      },
    };
    await results.finish(evaluation);
    return evaluation;
  } finally {
    model.dispose();
  }
}
