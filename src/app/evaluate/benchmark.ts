// Models beside each other on the same questions, in the same order, decoded alike: scores, differences from the first and
// how sure they are, where each wins, what was seen in training, what was forgotten.
import { basename, join, resolve } from "node:path";
import { writeFileAtomic, writeJsonAtomic } from "../../core/atomic-files.ts";
import { UsageError } from "../../core/errors.ts";
import { deepFreeze } from "../../core/frozen.ts";
import { type Comparable, compareAnswers, type Delta } from "../../eval/index.ts";
import { namedModel } from "../../generate/named-model.ts";
import { benchmarkMarkdown } from "./benchmark-markdown.ts";
import { benchmarkPage } from "./benchmark-page.ts";
import type { BenchmarkReport, Contender } from "./benchmark-report.ts";
import { evaluateModel, type EvaluateOptions } from "./evaluate-model.ts";
import { evaluateTask, taskScores } from "./evaluate-task.ts";
import type { JudgeWatching } from "./judging/ask-judge.ts";
import { judgePairs, type PairwiseReport } from "./judging/judge-pairs.ts";
import { judgedFolder } from "./judging/judged-folder.ts";
import { readResults, type ResultRow } from "./results-file.ts";
import { chosenMetrics, scoresBy } from "./scores.ts";
import { seenInTraining } from "./seen-in-training.ts";

export interface BenchmarkOptions extends Omit<EvaluateOptions, "model" | "onProgress"> {
  output: string;
  /** A task in lm-eval's form is asked, not rows of `data`: see `evaluateTask`. */
  task?: string | undefined;
  /** The first is compared with. */
  models: readonly string[];
  /** Folder of an evaluation of an earlier day, which takes part with its answers. */
  compareWith?: string | undefined;
  /** Rows that the models were trained on; default: those of the runs among the models. */
  trainData?: string | undefined;
  /** Ask a general set before and after, too. */
  forgetting: boolean;
  /** A model that judges the answers in pairs: see `judgePairs`. */
  judge?: string | undefined;
  rubric?: string | undefined;
  ratings?: string | undefined;
  onCost?: JudgeWatching["onCost"];
  onModel?: (name: string) => void;
  onProgress?: (progress: { done: number; total: number; secondsLeft: number }) => void;
}

const generalSet = "general-instructions";
const generalRows = 50;

type Comparables = readonly [name: string, metric: Comparable<ResultRow>][];

async function ask(
  options: BenchmarkOptions,
  name: string,
  place: string,
): Promise<Contender & { signature: string }> {
  options.onModel?.(name);
  const { models: _, task, ...how } = options;
  const asked = { ...how, model: name, output: place };
  const evaluation =
    task === undefined ? await evaluateModel(asked) : await evaluateTask({ ...asked, task });
  const { resultsFile, scores, signature } = evaluation;
  const { rows } = readResults(join(resultsFile, ".."));
  const general = await generalOf(options, name, `${place}-general`);
  return { model: name, scores, rows, general, signature };
}

async function generalOf(
  options: BenchmarkOptions,
  model: string,
  output: string,
): Promise<number | null> {
  if (!options.forgetting) return null;
  const { models: _, onProgress: __, checker: ___, ...how } = options;
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
    message:
      "the earlier evaluation used other rows: data, seed and number of rows must be the same",
    hint: "give --data, --seed and --num-samples as they were then",
  });
}

function past(folder: string, chosen: Comparables, rows: readonly ResultRow[]): Contender {
  const found = readResults(resolve(folder));
  requireSameQuestions(folder, found.rows, rows);
  const scores = scoresBy(chosen, found.rows);
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
  chosen: Comparables,
  seed: number,
): BenchmarkReport["deltas"] {
  const compared = ({ rows }: Contender): Record<string, Delta> =>
    Object.fromEntries(
      chosen.map(([name, metric]) => [
        name,
        compareAnswers(metric, first?.rows ?? [], rows, { seed }),
      ]),
    );
  return Object.fromEntries(others.map((one) => [one.model, compared(one)]));
}

async function judgedBy(
  contenders: readonly Contender[],
  { judge, ...how }: BenchmarkOptions,
  folder: string,
): Promise<PairwiseReport | null> {
  if (judge === undefined) return null;
  how.onModel?.(`${judge}, the judge`);
  return await judgePairs(contenders, { ...how, judge, output: judgedFolder(folder) });
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
  const { task, metrics, seed, compareWith } = options;
  const chosen: Comparables = task === undefined ? chosenMetrics(metrics) : await taskScores(task);
  const contenders: Contender[] = [];
  let signature = "";
  for (const [at, name] of options.models.entries()) {
    const { signature: own, ...one } = await ask(options, name, join(folder, `model-${at + 1}`));
    if (at === 0) signature = own;
    contenders.push(one);
  }
  const rows = contenders[0]?.rows ?? [];
  if (compareWith !== undefined) contenders.push(past(compareWith, chosen, rows));
  const judge = await judgedBy(contenders, options, folder);
  const report: BenchmarkReport = {
    models: contenders.map(({ model, scores, general }) => ({ model, scores, general })),
    deltas: deltasOf(contenders, chosen, seed),
    ...{ samples: rows.length, seconds: (performance.now() - started) / 1000, signature, folder },
    // a task's questions are texts with examples before them, which no row of training is
    contamination: task === undefined ? await seenInTraining(options, rows) : null,
    judge,
    warnings: [...(judge?.warnings ?? [])],
  };
  await writeJsonAtomic(join(folder, "report.json"), report);
  await writeFileAtomic(join(folder, "report.md"), benchmarkMarkdown(report, contenders));
  const [main] = chosen;
  const isHigherBetter = main?.[1].better === "higher";
  const page = benchmarkPage(report, contenders, { isHigherBetter });
  await writeFileAtomic(join(folder, "report.html"), page);
  return deepFreeze(report) as BenchmarkReport;
}
