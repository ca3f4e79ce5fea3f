// ft evaluate: what a model's answers to rows of data are worth, or finished predictions.
import { z } from "zod";
import type { Evaluation } from "../../app/evaluate/evaluate-model.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { formatDuration } from "../../core/units.ts";
import { readTemplate } from "../../text/index.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { downloadNote } from "../render/download.ts";
import { pairs, table } from "../render/table.ts";
import { EvaluationOptions, metricsOf, progressNote, taskOption } from "./evaluation-options.ts";

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
    .describe("Scores for each value of this field of the rows as well")
    .register(flags, { value: "FIELD" }),
});

function scoreLines(scores: Readonly<Record<string, number>>): string {
  return pairs(Object.entries(scores).map(([name, value]) => [name, value.toFixed(4)]));
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
    scoreLines(scores),
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
function requireModelFor({ task, predictions, checker }: z.infer<typeof Options>): void {
  const other = predictions === undefined ? checker && "--checker" : "--predictions";
  if (task === undefined || other === undefined) return;
  throw new UsageError("FT-USAGE-009", {
    message: `A task and ${other} are both given`,
    hint: "ft evaluate MODEL --task FILE, or ft evaluate --predictions FILE",
  });
}

async function askTask(
  model: string,
  task: string,
  options: z.infer<typeof Options>,
  io: Io,
): Promise<void> {
  const { evaluateTask } = await import("../../app/evaluate/evaluate-task.ts");
  const { baseModel, numSamples, seed, output, loadIn4bit } = options;
  const result = await evaluateTask({
    ...{ model, task, baseModel, numSamples, seed, output, loadIn4bit, signal: io.signal },
    ...{ onDownload: downloadNote(io), onProgress: progressNote(io) },
  });
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
    "ft evaluate ./output --data tasks.jsonl --checker check.mjs --samples 10 --pass-k 1,5",
  ],
  run: async ({ arguments: { model }, options }, io) => {
    const { predictions, passK: _, ...how } = options;
    const metrics = metricsOf(options);
    requireOneSource(model, predictions);
    requireModelFor(options);
    const { readSchema } = await import("../../app/evaluate/read-schema.ts");
    const schema = readSchema(options.schema);
    if (predictions !== undefined) {
      const { scorePredictions } = await import("../../app/evaluate/score-predictions.ts");
      const { signal } = io;
      const asking = { ...how, schema, signal, onProgress: progressNote(io) };
      const found = await scorePredictions(predictions, metrics, asking);
      for (const warning of found.warnings) io.note(`warning: ${warning}`);
      return io.show(found, () =>
        [
          `${predictions}: ${found.samples} rows`,
          ...[scoreLines(found.scores), ...groupLines(found.groups)],
          ...(found.resultsFile === null ? [] : [`answers: ${found.resultsFile}`]),
        ].join("\n"),
      );
    }
    if (options.task !== undefined) return await askTask(model ?? "", options.task, options, io);
    const { evaluateModel } = await import("../../app/evaluate/evaluate-model.ts");
    const result = await evaluateModel({
      ...{ ...how, metrics, schema, model: model ?? "", signal: io.signal },
      template: options.template === undefined ? undefined : readTemplate(options.template),
      ...{ onDownload: downloadNote(io), onProgress: progressNote(io) },
    });
    for (const warning of result.warnings) io.note(`warning: ${warning}`);
    io.show(result, () => evaluationText(result));
  },
});
