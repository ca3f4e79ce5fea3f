// ft benchmark: models beside each other on the same rows.
import { z } from "zod";
import type { BenchmarkReport } from "../../app/evaluate/benchmark-report.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { formatDuration } from "../../core/units.ts";
import { readTemplate } from "../../text/index.ts";
import { defineCommand } from "../define-command.ts";
import { downloadNote } from "../render/download.ts";
import { table } from "../render/table.ts";
import {
  costNote,
  EvaluationOptions,
  metricsOf,
  progressNote,
  requireJudge,
  taskOption,
} from "./evaluation-options.ts";

const Options = EvaluationOptions.extend({
  output: z
    .string()
    .default("benchmark")
    .describe("Folder for answers and reports; the same command continues there")
    .register(flags, { short: "o", value: "FOLDER" }),
  task: taskOption,
  compareWith: z
    .string()
    .optional()
    .describe("Folder of an earlier ft evaluate, to compare its answers too")
    .register(flags, { value: "FOLDER" }),
  trainData: z
    .string()
    .optional()
    .describe(
      "Training rows, to find evaluation questions among them; default: those of the compared runs",
    )
    .register(flags, { value: "FILE" }),
  forgetting: z
    .boolean()
    .default(true)
    .describe("Ask a general set before and after, to see what was forgotten")
    .register(flags, { off: "Do not measure forgetting on a general dataset" }),
  failIfWorse: z
    .string()
    .optional()
    .describe("Exit code 1 if the last model is worse by this metric, or worse by more than N")
    .register(flags, { value: "METRIC[:N]" }),
});

interface Bar {
  metric: string;
  by: number;
}

/** Throws UsageError for what is not one of the metrics asked, with a number. */
function barOf(text: string | undefined, metrics: readonly string[]): Bar | undefined {
  if (text === undefined) return undefined;
  const [metric = "", by = "0", ...rest] = text.split(":");
  if (metrics.includes(metric) && rest.length === 0 && Number(by) >= 0)
    return { metric, by: Number(by) };
  throw new UsageError("FT-USAGE-002", {
    message: `--fail-if-worse: '${text}' is none of the metrics (${metrics.join(", ")}), alone or with a number`,
    hint: `--fail-if-worse ${metrics[0]}:0.01`,
  });
}

/** What is measured. */
async function namesOf(options: z.infer<typeof Options>): Promise<readonly string[]> {
  const { task } = options;
  if (task === undefined) return metricsOf(options);
  const { taskScores } = await import("../../app/evaluate/evaluate-task.ts");
  return (await taskScores(task)).map(([name]) => name);
}

function isWorse({ models, deltas }: BenchmarkReport, bar: Bar | undefined): boolean {
  const delta = bar === undefined ? undefined : deltas[models.at(-1)?.model ?? ""]?.[bar.metric];
  return bar !== undefined && delta?.better === false && Math.abs(delta.delta) > bar.by;
}

async function reportText(report: BenchmarkReport): Promise<string> {
  const { contaminationText, deltaText, forgottenText, judgeTexts, scoreText } =
    await import("../../app/evaluate/benchmark-markdown.ts");
  const [first, ...others] = report.models;
  const rows = others.flatMap(({ model, scores }) =>
    Object.entries(scores).map(([metric, score]) => ({
      model,
      metric,
      score,
      delta: report.deltas[model]?.[metric],
    })),
  );
  const columns = [
    { title: "METRIC", value: (row: (typeof rows)[0]) => row.metric },
    {
      title: "BASELINE",
      value: (row: (typeof rows)[0]) => scoreText(first?.scores[row.metric] ?? Number.NaN),
    },
    { title: "SCORE", value: (row: (typeof rows)[0]) => scoreText(row.score) },
    {
      title: "Δ, 95 % INTERVAL",
      value: (row: (typeof rows)[0]) => (row.delta ? deltaText(row.delta) : null),
    },
    {
      title: "WON/TIED/LOST",
      value: ({ delta }: (typeof rows)[0]) =>
        delta ? `${delta.wins}/${delta.ties}/${delta.losses}` : null,
    },
    { title: "MODEL", value: (row: (typeof rows)[0]) => row.model },
  ];
  const seen = contaminationText(report);
  const forgotten = forgottenText(report);
  return [
    `baseline: ${first?.model}; ${report.samples} questions in ${formatDuration(report.seconds)}`,
    table(rows, columns),
    ...(seen === undefined ? [] : [`training: ${seen}`]),
    ...(forgotten === undefined ? [] : [`perplexity of a general set: ${forgotten}`]),
    ...judgeTexts(report),
    `report: ${report.folder}/report.html, report.md, report.json`,
  ].join("\n");
}

export const benchmark = defineCommand({
  name: "benchmark",
  summary: "Compare models on the same rows: the base and the tuned one, or more",
  arguments: {
    models: {
      about: "The base model, then the models to compare with it: hub ids, folders, runs",
      many: true,
    },
  },
  options: Options,
  examples: [
    "ft benchmark builtin/smollm2 ./output --data rows.jsonl --metrics exact_match,rougeL",
    "ft benchmark builtin/tiny ./quick_output --fail-if-worse exact_match --json",
    "ft benchmark builtin/smollm2 ./output --task everyday-choice",
    "ft benchmark builtin/smollm2 ./output --data rows.jsonl --judge Qwen/Qwen3-4B",
  ],
  run: async ({ operands, options }, io) => {
    requireJudge(options);
    const bar = barOf(options.failIfWorse, await namesOf(options));
    const { readSchema } = await import("../../app/evaluate/read-schema.ts");
    const { benchmark: run } = await import("../../app/evaluate/benchmark.ts");
    const { failIfWorse: _, passK: __, template, ...how } = options;
    const report = await run({
      ...{ ...how, metrics: metricsOf(options), schema: readSchema(options.schema) },
      ...{ models: operands, signal: io.signal, onDownload: downloadNote(io) },
      template: template === undefined ? undefined : readTemplate(template),
      onModel: (name) => io.note(`asking ${name}`),
      ...{ onProgress: progressNote(io), onCost: costNote(io) },
    });
    const { noteEvaluation } = await import("../../app/evaluate/known-evaluations.ts");
    await noteEvaluation(options.output);
    for (const warning of report.warnings) io.note(`warning: ${warning}`);
    const text = await reportText(report);
    io.show(report, () => text);
    if (!isWorse(report, bar)) return 0;
    io.note(`worse by ${bar?.metric}: exit code 1, as --fail-if-worse asks`);
    return 1;
  },
});
