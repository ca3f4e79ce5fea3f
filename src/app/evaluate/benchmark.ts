// Models beside each other on the same questions, in the same order, decoded alike: scores, differences from the first and
// how sure they are, where each wins, what was seen in training, what was forgotten.
import { basename, join, resolve } from "node:path";
import { writeFileAtomic, writeJsonAtomic } from "../../core/atomic-files.ts";
import { UsageError } from "../../core/errors.ts";
import { deepFreeze } from "../../core/frozen.ts";
import { compareAnswers, type Delta } from "../../eval/index.ts";
import { namedModel } from "../../generate/named-model.ts";
import { benchmarkMarkdown } from "./benchmark-markdown.ts";
import { benchmarkPage } from "./benchmark-page.ts";
import type { BenchmarkReport, Contender } from "./benchmark-report.ts";
import { evaluateModel, type EvaluateOptions } from "./evaluate-model.ts";
import { readResults, type ResultRow } from "./results-file.ts";
import { chosenMetrics, scored } from "./scores.ts";
import { seenInTraining } from "./seen-in-training.ts";

export interface BenchmarkOptions extends Omit<EvaluateOptions, "model" | "onProgress"> {
  /** The first is compared with. */
  models: readonly string[];
  /** Folder of an evaluation of an earlier day, which takes part with its answers. */
  compareWith?: string | undefined;
  /** Rows that the models were trained on; default: those of the runs among the models. */
  trainData?: string | undefined;
  /** Ask a general set before and after, too. */
  forgetting: boolean;
  onModel?: (name: string) => void;
  onProgress?: (progress: { done: number; total: number; secondsLeft: number }) => void;
}

const generalSet = "general-instructions";
const generalRows = 50;

async function ask(options: BenchmarkOptions, name: string, place: string): Promise<Contender> {
  options.onModel?.(name);
  const { models: _, ...how } = options;
  const { resultsFile, scores } = await evaluateModel({ ...how, model: name, output: place });
  const { rows } = readResults(join(resultsFile, ".."));
  return { model: name, scores, rows, general: await generalOf(options, name, `${place}-general`) };
}

async function generalOf(
  options: BenchmarkOptions,
  model: string,
  output: string,
): Promise<number | null> {
  if (!options.forgetting) return null;
  const { models: _, onProgress: __, ...how } = options;
  const asked = { data: generalSet, metrics: ["perplexity"], numSamples: generalRows };
  const { scores } = await evaluateModel({ ...how, ...asked, model, output });
  return scores["perplexity"] ?? null;
}

/** Throws UsageError FT-EVAL-010 where an earlier evaluation asked other questions. */
function requireSameQuestions(
  folder: string,
  past: readonly ResultRow[],
  rows: readonly ResultRow[],
): void {
  const same =
    past.length === rows.length && past.every((row, at) => row.prompt === rows[at]?.prompt);
  if (same) return;
  throw new UsageError("FT-EVAL-010", {
    at: { file: folder },
    message: "it asked other questions: data, seed and number of rows must be the same",
    hint: "give --data, --seed and --num-samples as they were then",
  });
}

function past(folder: string, metrics: readonly string[], rows: readonly ResultRow[]): Contender {
  const found = readResults(resolve(folder));
  requireSameQuestions(folder, found.rows, rows);
  const { scores } = scored(chosenMetrics(metrics), found.rows);
  return { model: `${found.model} (${basename(folder)})`, scores, rows: found.rows, general: null };
}

/** The template that an adapter among the models was trained with: all are asked in it. */
async function sharedTemplate({
  models,
  baseModel,
  template,
}: BenchmarkOptions): Promise<EvaluateOptions["template"]> {
  if (template !== undefined) return template;
  const found = await Promise.all(
    models.map(async (name) => await namedModel(name, baseModel ?? "base")),
  );
  return found.find((one) => one.template !== undefined)?.template;
}

function deltasOf(
  [first, ...others]: readonly Contender[],
  options: BenchmarkOptions,
): BenchmarkReport["deltas"] {
  const chosen = chosenMetrics(options.metrics);
  const compared = ({ rows }: Contender): Record<string, Delta> =>
    Object.fromEntries(
      chosen.map(([name, metric]) => [
        name,
        compareAnswers(metric, first?.rows ?? [], rows, { seed: options.seed }),
      ]),
    );
  return Object.fromEntries(others.map((one) => [one.model, compared(one)]));
}

/** Throws UsageError FT-EVAL-011 with fewer than two to compare. */
function requireTwo({ models, compareWith }: BenchmarkOptions): void {
  const count = models.length + (compareWith === undefined ? 0 : 1);
  if (new Set(models).size === models.length && count > 1) return;
  throw new UsageError("FT-EVAL-011", {
    message: count > 1 ? "a model is named twice" : "there is nothing to compare the model with",
    hint: "ft benchmark BASE TUNED --data FILE",
  });
}

/**
 * Writes report.json, report.md and report.html beside the answers of each model, and goes on where an earlier call with
 * the same question ended. The result is deeply frozen.
 * @throws what `evaluateModel` throws; UsageError FT-EVAL-009, 010, 011.
 */
export async function benchmark(given: BenchmarkOptions): Promise<BenchmarkReport> {
  requireTwo(given);
  const started = performance.now();
  const options = { ...given, template: await sharedTemplate(given) };
  const folder = resolve(options.output);
  const contenders: Contender[] = [];
  for (const [at, name] of options.models.entries())
    contenders.push(await ask(options, name, join(folder, `model-${at + 1}`)));
  const rows = contenders[0]?.rows ?? [];
  if (options.compareWith !== undefined)
    contenders.push(past(options.compareWith, options.metrics, rows));
  const { signature } = scored(chosenMetrics(options.metrics), rows);
  const report: BenchmarkReport = {
    models: contenders.map(({ model, scores, general }) => ({ model, scores, general })),
    deltas: deltasOf(contenders, options),
    ...{ samples: rows.length, seconds: (performance.now() - started) / 1000, signature, folder },
    contamination: await seenInTraining(options, rows),
    warnings: [],
  };
  await writeJsonAtomic(join(folder, "report.json"), report);
  await writeFileAtomic(join(folder, "report.md"), benchmarkMarkdown(report, contenders));
  await writeFileAtomic(join(folder, "report.html"), benchmarkPage(report, contenders));
  return deepFreeze(report) as BenchmarkReport;
}
