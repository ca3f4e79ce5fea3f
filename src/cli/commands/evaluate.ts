// ft evaluate: what a model's answers to rows of data are worth, or finished predictions.
import { basename, dirname } from "node:path";
import { z } from "zod";
import type { Evaluation } from "../../app/evaluate/evaluate-model.ts";
import type { JudgeReport } from "../../app/evaluate/judging/judge-answers.ts";
import type { JudgedBy } from "../../app/evaluate/judging/judge-evaluation.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { formatDuration } from "../../core/units.ts";
import { readTemplate } from "../../text/index.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { downloadNote } from "../render/download.ts";
import { pairs, table } from "../render/table.ts";
import {
  costNote,
  EvaluationOptions,
  metricsOf,
  progressNote,
  requireJudge,
  taskOption,
} from "./evaluation-options.ts";

const Options = EvaluationOptions.extend({
  predictions: z
    .string()
    .optional()
    .describe(
      "Score finished predictions instead: rows with prediction and reference or references",
    )
    .register(flags, { value: "FILE" }),
  task: taskOption,
  by: z
    .string()
    .optional()
    .describe("Also score each value of this field separately")
    .register(flags, { value: "FIELD" }),
});

function scoreLines(
  scores: Readonly<Record<string, number>>,
  intervals: Partial<Evaluation["intervals"]> = {},
): string {
  const lines = Object.entries(scores).map(([name, value]): [string, string] => {
    const interval = intervals[name];
    const sure =
      interval === undefined
        ? ""
        : `   95 %: ${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}`;
    return [name, `${value.toFixed(4)}${sure}`];
  });
  return pairs(lines);
}

function groupLines(groups: Evaluation["groups"]): string[] {
  const [first, ...others] = Object.entries(groups ?? {});
  if (first === undefined) return [];
  const names = Object.keys(first[1].scores);
  const columns = names.map((name) => ({
    title: name,
    value: ([, { scores }]: typeof first) => (scores[name] ?? Number.NaN).toFixed(4),
  }));
  const group = { title: "GROUP", value: ([name]: typeof first) => name };
  const rows = { title: "ROWS", value: ([, { samples }]: typeof first) => String(samples) };
  return [table([first, ...others], [group, rows, ...columns])];
}

function evaluationText({
  model,
  adapter,
  scores,
  intervals,
  groups,
  samples,
  seconds,
  resultsFile,
  unasked,
}: Evaluation): string {
  const who = adapter === null ? model : `${model} with ${adapter}`;
  const left = unasked === 0 ? "" : ` (${unasked} rows ask nothing)`;
  return [
    `${who}: ${samples} rows${left} in ${formatDuration(seconds)}`,
    scoreLines(scores, intervals),
    ...groupLines(groups),
    `answers: ${resultsFile}`,
  ].join("\n");
}

/** Throws UsageError where neither or both are given. */
function requireOneSource(model: string | undefined, predictions: string | undefined): void {
  if ((model === undefined) !== (predictions === undefined)) return;
  throw new UsageError("FT-USAGE-009", {
    message:
      model === undefined
        ? "There is nothing to evaluate"
        : "A model and --predictions are both given",
    hint: "ft evaluate MODEL --data FILE, or ft evaluate --predictions FILE",
  });
}

/** Throws UsageError where a task is to be asked, which scores its own way, and something else is given with it. */
function requireModelFor({ task, predictions, checker, judge }: z.infer<typeof Options>): void {
  const scoring = checker === undefined ? judge && "--judge" : "--checker";
  const other = predictions === undefined ? scoring : "--predictions";
  if (task === undefined || other === undefined) return;
  throw new UsageError("FT-USAGE-009", {
    message: `A task and ${other} are both given`,
    hint: "ft evaluate MODEL --task FILE, or ft evaluate --predictions FILE",
  });
}

type Given = z.infer<typeof Options>;

/** Undefined without a judge. What cannot be judged by is refused before anything is asked. */
async function judgedBy(options: Given, io: Io): Promise<JudgedBy | undefined> {
  requireJudge(options);
  const { judge, rubric, ratings, seed } = options;
  if (judge === undefined) return undefined;
  const { requireRubric } = await import("../../app/evaluate/judging/judge-evaluation.ts");
  const { USUAL_FOLDER } = await import("../../app/evaluate/results-file.ts");
  const { output = USUAL_FOLDER } = options;
  return {
    ...{ judge, rubric: requireRubric(rubric), ratings, output, seed, signal: io.signal },
    ...{ onDownload: downloadNote(io), onProgress: progressNote(io), onCost: costNote(io) },
  };
}

/** Makes the folder of answers known; tells of one that nobody named and that is not the usual one. Gives it. */
async function noteFolder(resultsFile: string, { output }: Given, io: Io): Promise<string> {
  const { USUAL_FOLDER } = await import("../../app/evaluate/results-file.ts");
  const { noteEvaluation } = await import("../../app/evaluate/known-evaluations.ts");
  const folder = dirname(resultsFile);
  await noteEvaluation(folder);
  const name = basename(folder);
  if (output === undefined && name !== USUAL_FOLDER)
    io.note(`${USUAL_FOLDER}/ holds another evaluation, so this one is in ${name}/`);
  return folder;
}

async function judgeLines(report: JudgeReport): Promise<string[]> {
  const { agreementText, meanText } = await import("../../app/evaluate/judging/judge-text.ts");
  const left = report.unjudged === 0 ? "" : `, ${report.unjudged} not judged`;
  const criteria = Object.entries(report.criteria).map(([name, { agreement, ...mean }]) => {
    const agreed = agreement === null ? "" : `; with your ratings ${agreementText(agreement)}`;
    return `  ${name}: ${meanText(mean)}${agreed}`;
  });
  const who = `judged by ${report.model} in ${formatDuration(report.seconds)}${left}`;
  return [who, ...criteria, `judgements: ${report.resultsFile}`];
}

async function schemaOf({ schema }: Given): Promise<object | undefined> {
  const { readSchema } = await import("../../app/evaluate/read-schema.ts");
  return readSchema(schema);
}

async function scoreFile(
  predictions: string,
  options: Given,
  judged: JudgedBy | undefined,
  io: Io,
): Promise<void> {
  const { scorePredictions } = await import("../../app/evaluate/score-predictions.ts");
  const { judgePredictions } = await import("../../app/evaluate/judging/judge-evaluation.ts");
  // a judge needs no references, so that none are asked for where no metric was
  const metrics =
    judged && options.metrics === undefined && !options.checker ? [] : metricsOf(options);
  const how = { schema: await schemaOf(options), signal: io.signal, onProgress: progressNote(io) };
  const found = await scorePredictions(predictions, metrics, { ...options, ...how });
  const judgement = judged && (await judgePredictions(found, judged));
  const result = judgement ?? found;
  for (const warning of result.warnings) io.note(`warning: ${warning}`);
  const lines = judgement === undefined ? [] : await judgeLines(judgement.judge);
  io.show(result, () =>
    [
      `${predictions}: ${result.samples} rows`,
      ...[scoreLines(result.scores), ...groupLines(result.groups)],
      ...(result.resultsFile === null ? [] : [`answers: ${result.resultsFile}`]),
      ...lines,
    ].join("\n"),
  );
}

async function askTask(model: string, task: string, options: Given, io: Io): Promise<void> {
  const { evaluateTask } = await import("../../app/evaluate/evaluate-task.ts");
  const { baseModel, numSamples, seed, output, loadIn4bit } = options;
  const result = await evaluateTask({
    ...{ model, task, baseModel, numSamples, seed, output, loadIn4bit, signal: io.signal },
    ...{ onDownload: downloadNote(io), onProgress: progressNote(io) },
  });
  await noteFolder(result.resultsFile, options, io);
  for (const warning of result.warnings) io.note(`warning: ${warning}`);
  io.show(result, () => `${result.task}\n${evaluationText({ ...result, unasked: 0 })}`);
}

export const evaluate = defineCommand({
  name: "evaluate",
  summary: "Score a model's answers to rows of data, or finished predictions",
  arguments: {
    model: {
      about: "Hub id, folder, builtin/tiny, an adapter's folder or a run's",
      optional: true,
    },
  },
  options: Options,
  examples: [
    "ft evaluate ./output --data rows.jsonl --metrics exact_match,rougeL,perplexity",
    "ft evaluate builtin/smollm2 --num-samples 50 --json",
    "ft evaluate builtin/tiny --task everyday-choice",
    "ft evaluate --predictions answers.jsonl --metrics bleu,chrf",
    "ft evaluate ./output --data rows.jsonl --judge Qwen/Qwen3-4B --rubric rubric.yaml",
    "ft evaluate ./output --data tasks.jsonl --checker check.mjs --samples 10 --pass-k 1,5",
  ],
  run: async ({ arguments: { model }, options }, io) => {
    requireOneSource(model, options.predictions);
    requireModelFor(options);
    const judged = await judgedBy(options, io);
    if (options.predictions !== undefined)
      return await scoreFile(options.predictions, options, judged, io);
    if (options.task !== undefined) return await askTask(model ?? "", options.task, options, io);
    const { passK: _, judge: __, rubric: ___, ratings: ____, ...how } = options;
    const { evaluateModel } = await import("../../app/evaluate/evaluate-model.ts");
    const found = await evaluateModel({
      ...{ ...how, metrics: metricsOf(options), model: model ?? "", signal: io.signal },
      schema: await schemaOf(options),
      template: options.template === undefined ? undefined : readTemplate(options.template),
      ...{ onDownload: downloadNote(io), onProgress: progressNote(io) },
    });
    const output = await noteFolder(found.resultsFile, options, io);
    const { judgeEvaluation } = await import("../../app/evaluate/judging/judge-evaluation.ts");
    const judgement = judged && (await judgeEvaluation(found, { ...judged, output }));
    const result = judgement ?? found;
    for (const warning of result.warnings) io.note(`warning: ${warning}`);
    const lines = judgement === undefined ? [] : await judgeLines(judgement.judge);
    io.show(result, () => [evaluationText(result), ...lines].join("\n"));
  },
});
