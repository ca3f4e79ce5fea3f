// A model's answers to rows of data, written down one after another and scored.
import { DataError, UsageError } from "../../core/errors.ts";
import type { Identity } from "../../core/kept-rows.ts";
import { Random } from "../../core/random.ts";
import { type DataFile, loadDataset, type Row } from "../../data/index.ts";
import { type Metric, questionsOf, type ScoreInterval, type Unasked } from "../../eval/index.ts";
import { loadModel } from "../../generate/load-model.ts";
import { namedModel } from "../../generate/named-model.ts";
import { rendererOf, type TemplateSource } from "../../text/index.ts";
import type { Renderer } from "../../text/types.ts";
import type { DownloadProgress } from "../../weights/index.ts";
import { namedData } from "../data/shipped.ts";
import { answerJobs } from "./answer-jobs.ts";
import { Answering, type Job } from "./answering.ts";
import {
  checkingIdentity,
  type CheckingOptions,
  checkingSignature,
  checkingWarnings,
  openChecking,
} from "./checking.ts";
import { type ResultRow, ResultsFolder, type SampleResult } from "./results-file.ts";
import {
  chosenMetrics,
  type GroupScores,
  groupScores,
  intervalsOf,
  scored,
  type Scores,
} from "./scores.ts";

export interface EvaluateOptions extends CheckingOptions {
  /** Hub id, folder, builtin name, or the folder of an adapter or a run. */
  model: string;
  baseModel?: string | undefined;
  /** A file, a folder, a shipped set; default the shipped one. */
  data?: string | undefined;
  format: string;
  /** Default: the adapter's own, else the model's. */
  template?: TemplateSource | undefined;
  metrics: readonly string[];
  numSamples: number;
  maxGenLength: number;
  seed: number;
  /** Default: `evaluation`, or `evaluation-2`, … where that holds another evaluation. */
  output?: string | undefined;
  loadIn4bit?: boolean | undefined;
  /** JSON schema for rows that have none of their own. */
  schema?: object | undefined;
  /** Field of the rows by whose values scores are given as well. */
  by?: string | undefined;
  /** Windows of perplexity over long texts: how far one begins after the other, and how long each is; in tokens. */
  stride?: number | undefined;
  window?: number | undefined;
  onDownload?: (progress: DownloadProgress) => void;
  onProgress?: (progress: { done: number; total: number; secondsLeft: number }) => void;
  signal?: AbortSignal;
}

export interface Evaluation extends Scores {
  /** By the value of the field that was asked for, in the order of the rows. */
  groups?: GroupScores;
  model: string;
  adapter: string | null;
  /** The middle 95 % of each score when the rows are drawn again. */
  intervals: Record<string, ScoreInterval>;
  samples: number;
  /** Rows that could not be asked. */
  unasked: number;
  seconds: number;
  resultsFile: string;
  warnings: string[];
}

interface Asked {
  rows: Row[];
  files: DataFile[];
}

/** Rows of a test split where there is one, else of a validation split, else all. */
async function rowsOf({ data, format, seed }: EvaluateOptions): Promise<Asked> {
  const dataset = await loadDataset(await namedData(data, "chat"), {
    ...{ format, seed, validationSplit: 0, keepsFields: true },
  });
  const { test, validation, train, files } = dataset;
  const split = test.length > 0 ? "test" : validation.length > 0 ? "validation" : "train";
  const rows = { test, validation, train }[split];
  return { rows, files: files.filter((file) => file.split === split) };
}

/** So many, chosen by the seed, in the order of the data. */
function someOf<T>(all: readonly T[], count: number, seed: number): T[] {
  if (all.length <= count) return [...all];
  const order = Random.fromSeed(seed).split("evaluation").shuffle(all.length).slice(0, count);
  return [...order].sort((a, b) => a - b).flatMap((at) => all.slice(at, at + 1));
}

function jobsOf(
  rows: readonly Row[],
  renderer: Renderer,
  chosen: readonly [string, Metric][],
): { jobs: Job[]; unasked: Unasked[] } {
  const asks = chosen.some(([, { looksAt }]) => looksAt === "prediction");
  if (!asks) return { jobs: rows.map((row) => ({ row })), unasked: [] };
  const readsCalls = chosen.some(([, metric]) => metric.readsCalls === true);
  const { questions, unasked } = questionsOf(rows, renderer, { readsCalls });
  return { jobs: questions.map((question) => ({ row: question.row, question })), unasked };
}

function requireJobs(
  jobs: readonly Job[],
  { rows, files }: Asked,
  unasked: readonly Unasked[],
): void {
  if (jobs.length > 0) return;
  const [first] = unasked;
  throw new DataError("FT-EVAL-007", {
    at: { file: files[0]?.path },
    message: `none of the ${rows.length} rows has a prompt to answer: ${first?.reason ?? "there are none"}`,
    hint: "--metrics perplexity takes rows of any kind",
  });
}

/** Throws UsageError FT-EVAL-013 for windows that would leave tokens out. */
function requireStride({ stride = 0, window = Infinity }: EvaluateOptions): void {
  if (stride <= window) return;
  throw new UsageError("FT-EVAL-013", {
    message: `a stride of ${stride} over windows of ${window} tokens skips tokens`,
    hint: `--stride ${Math.ceil(window / 2)}`,
  });
}

function identityOf(
  options: EvaluateOptions,
  files: readonly DataFile[],
  digests: object,
  jobs: number,
): Identity {
  const { template, numSamples, maxGenLength, seed, loadIn4bit = false } = options;
  const { schema, by, stride, window } = options;
  return {
    ...digests,
    data: files.map(({ sha256 }) => sha256),
    template: template ?? null,
    metrics: [...options.metrics],
    ...{ numSamples, maxGenLength, seed, loadIn4bit, rows: jobs },
    // absent where they were not given: folders of before there were any go on
    ...JSON.parse(JSON.stringify({ schema, by, stride, window })),
  };
}

const checksOf = (rows: readonly ResultRow[]): SampleResult[] =>
  rows.flatMap(({ samples = [] }) => samples);

/** For prompts that several answers are drawn from. */
const promptBytes = 2 ** 28;

/**
 * Greedy answers to the rows, and their scores. What is in the output folder already is not asked again.
 * @throws what `loadModel` and `loadDataset` throw; UsageError FT-EVAL-002, 006, 016, 017, 018; DataError FT-EVAL-007.
 */
export async function evaluateModel(options: EvaluateOptions): Promise<Evaluation> {
  const chosen = chosenMetrics(options.metrics);
  requireStride(options);
  const checking = await openChecking(options, options.metrics);
  const started = performance.now();
  const { base, adapter, digest } = await namedModel(options.model, options.baseModel);
  const { loadIn4bit, onDownload, signal } = options;
  const model = await loadModel(base, {
    ...(adapter && { adapter }),
    loadIn4bit,
    onDownload,
    signal,
    ...((checking?.samples ?? 1) > 1 && { engine: { prefixBytes: promptBytes } }),
  });
  try {
    const renderer = rendererOf(model.tokenizer, options.template ?? model.template);
    const asked = await rowsOf(options);
    const { jobs: all, unasked } = jobsOf(asked.rows, renderer, chosen);
    requireJobs(all, asked, unasked);
    const jobs = someOf(all, options.numSamples, options.seed);
    const digests = { base, adapter: digest, ...checkingIdentity(checking, options) };
    const identity = identityOf(options, asked.files, digests, jobs.length);
    const results = await ResultsFolder.open(options.output, identity, jobs.length);
    const answering = new Answering(model, renderer, chosen, { ...options, checking });
    await answerJobs(jobs, (job, index) => answering.row(job, index), results, options);
    const { scores, signature } = scored(chosen, results.rows);
    const groups = groupScores(chosen, results.rows, options.by);
    const evaluation = {
      ...{
        model: base,
        adapter: adapter ?? null,
        scores,
        intervals: intervalsOf(chosen, results.rows, options.seed),
        ...(groups && { groups }),
        samples: jobs.length,
        unasked: unasked.length,
      },
      ...{ seconds: (performance.now() - started) / 1000, resultsFile: results.file },
      signature: signature + checkingSignature(checking),
      warnings: [...model.warnings, ...checkingWarnings(checksOf(results.rows))],
    };
    await results.finish(evaluation);
    return evaluation;
  } finally {
    model.dispose();
  }
}
