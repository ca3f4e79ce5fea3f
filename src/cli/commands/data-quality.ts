// ft data quality: rows scored by criteria, mended below a bar, taken out where that does not help; nothing is lost.
import { z } from "zod";
import type { QualityRequest, QualityTalk } from "../../app/quality/run-quality.ts";
import { flags } from "../../core/flags.ts";
import { listed } from "../../core/registry.ts";
import { formatDuration } from "../../core/units.ts";
import { dollars, type Progress } from "../../store/index.ts";
import { rowChecks } from "../../synth/quality/checks/registry.ts";
import { criteria } from "../../synth/quality/criteria/registry.ts";
import { QualitySettings } from "../../synth/quality/settings.ts";
import { outputMissing } from "../../synth/rows/row-errors.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { estimateText, planText, qualityText } from "../render/quality.ts";
import { leavingText, MakingOptions } from "./making-options.ts";
import { projectDefaults } from "./project-defaults.ts";

const { provider, model, models, baseUrl, estimate, budget, maxTokens, tries } =
  MakingOptions.shape;
const { retries, timeout, prompts, seed, extension } = MakingOptions.shape;

const titles = criteria.names().map((name) => `${name} (${criteria.get(name).title})`);

const Options = z.strictObject({
  output: z
    .string()
    .optional()
    .describe("Output file for the kept and rewritten rows")
    .register(flags, { short: "o", value: "FILE" }),
  quarantine: z
    .string()
    .optional()
    .describe(
      "File for removed rows and the originals of rewritten ones, with reasons; default: OUTPUT.quarantine.jsonl",
    )
    .register(flags, { value: "FILE" }),
  report: z
    .string()
    .optional()
    .describe("Scores, evidence and reasons of every row, as JSON")
    .register(flags, { value: "FILE" }),
  minQualityScore: z.coerce
    .number()
    .min(0)
    .max(10)
    .default(7)
    .describe("Rows with a lower score are rewritten or removed")
    .register(flags, { value: "X" }),
  autoFix: z
    .boolean()
    .default(true)
    .describe("Have the model write rows below the bar again")
    .register(flags, { off: "Rewrite nothing" }),
  autoRemove: z
    .boolean()
    .default(true)
    .describe("Take out rows that stay below the bar")
    .register(flags, { off: "Keep rows with a low score; the report lists them" }),
  compare: z
    .boolean()
    .default(true)
    .describe("Compare each rewriting with its original, in both orders")
    .register(flags, {
      off: "Accept a rewritten row by its score alone, without a comparison: two calls fewer",
    }),
  batchSize: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .default(10)
    .describe("Rows judged at the same time")
    .register(flags, { value: "N", aliases: ["concurrency"] }),
  criteria: z
    .array(z.string())
    .optional()
    .describe(`Default: all of ${titles.join(", ")}`)
    .register(flags, { value: "NAME,…" }),
  withoutChecks: z
    .array(z.string())
    .default([])
    .describe(`Checks without a model that are left out: ${listed(rowChecks)}`)
    .register(flags, { value: "NAME,…" }),
  languages: z
    .array(z.string())
    .default([])
    .describe("The only languages of the set: en,de")
    .register(flags, { value: "CODE,…" }),
  ratings: z
    .string()
    .optional()
    .describe(
      "Your own ratings of some rows (ft data rate): tells how far the judge agrees with you",
    )
    .register(flags, { value: "FILE" }),
  undo: z
    .string()
    .optional()
    .describe("Put back what this file of --quarantine lists, into -o FILE")
    .register(flags, { value: "FILE" }),
  only: z.enum(["fixed", "removed"]).optional().describe("With --undo: only these rows"),
  ids: z
    .array(z.string())
    .default([])
    .describe("With --undo: only these rows")
    .register(flags, { value: "ID,…" }),
  ...{ provider, model, models, baseUrl, estimate, budget, maxTokens, tries },
  ...{ retries, timeout, prompts, seed, extension },
  yes: z.boolean().default(false).describe("Allow sending rows to the provider"),
});

type Options = z.infer<typeof Options>;

const besides = (output: string): string => `${output.replace(/\.jsonl?$/, "")}.quarantine.jsonl`;

function requestOf(file: string, options: Options): QualityRequest {
  const { model: single, models: several = single === undefined ? [] : [single] } = options;
  const { output, quarantine = output && besides(output), report, withoutChecks } = options;
  for (const name of withoutChecks) rowChecks.get(name);
  const { minQualityScore, autoFix, autoRemove, compare, batchSize, languages } = options;
  const settings = QualitySettings.parse({
    ...{ minQualityScore, autoFix, autoRemove, compare, batchSize, languages },
    ...{ maxTokens: options.maxTokens, tries: options.tries, seed: options.seed },
    checks: rowChecks.names().filter((name) => !withoutChecks.includes(name)),
    criteria: options.criteria ?? criteria.names(),
  });
  const { provider: name, baseUrl: address, timeout: wait, retries: again } = options;
  return {
    ...{ file, output, quarantine, report, settings, ratings: options.ratings },
    ...{ provider: name, models: several, baseUrl: address, timeout: wait, retries: again },
    ...{ prompts: options.prompts, budget: options.budget, extensions: options.extension },
  };
}

function progressText({ units, job, rate, secondsLeft, spending }: Progress): string {
  const speed = rate === null ? "" : `, ${(60 * rate).toFixed(0)}/min`;
  const left = secondsLeft === null ? "" : `, ${formatDuration(secondsLeft)} left`;
  return `${units.done}/${job.units.total} rows${speed}, ${dollars(spending.spent)}${left}`;
}

function talkOf(io: Io, { yes }: Options): QualityTalk {
  const warned = new Set<string>();
  const isDrawn = io.interactive && !io.mode.quiet && !io.mode.json;
  return {
    signal: io.signal,
    allow: async (leaving) => {
      if (yes) return true;
      io.talk(leavingText(leaving));
      return await io.confirm("Send them?");
    },
    onPlan: (plan) => io.note(planText(plan)),
    onProgress: (progress) => {
      if (isDrawn) io.draw(`\r\u001b[K${progressText(progress)}`);
    },
    onFailure: (failure, name) => {
      const told = `${name}: ${failure.message}`;
      if (!warned.has(told)) io.note(`warning: ${told}`);
      warned.add(told);
    },
  };
}

async function undo(file: string, { output, undo: from = "", only, ids }: Options, io: Io) {
  const { undoCleaning } = await import("../../app/data/clean.ts");
  const { steps } = await import("../../app/quality/quality-files.ts");
  if (output === undefined) throw outputMissing();
  const chosen = only === undefined ? [] : [steps[only]];
  const told = await undoCleaning({ file, undo: from, output, steps: chosen, ids });
  io.show(told, () => `${told.rows} rows, ${told.restored} of them as they were`);
}

export const dataQuality = defineCommand({
  name: "data quality",
  summary: "Let a model score rows by criteria, rewrite those with low scores, and remove the rest",
  arguments: { file: { about: "JSON lines, or NAME of the store" } },
  options: Options,
  section: "Improve rows",
  standing: projectDefaults,
  examples: [
    "ft data quality rows.jsonl --estimate --provider openai --model gpt-5-mini",
    "ft data quality rows.jsonl -o improved.jsonl --quarantine out.jsonl --report scores.json",
    "ft data quality rows.jsonl -o improved.jsonl --ratings rows.ratings.jsonl",
    "ft data quality improved.jsonl --undo out.jsonl --only fixed -o back.jsonl",
  ],
  run: async ({ arguments: { file = "" }, environment, options }, io) => {
    if (options.undo !== undefined) return await undo(file, options, io);
    const { estimateJudging, judgeDataset } = await import("../../app/quality/run-quality.ts");
    const request = requestOf(file, options);
    if (options.estimate) {
      const plan = await estimateJudging(request, environment);
      io.show(plan, () => estimateText(plan));
      return;
    }
    const { output, report: reportFile, ratings } = request;
    if (output === undefined && reportFile === undefined && ratings === undefined)
      throw outputMissing();
    const report = await judgeDataset(request, environment, talkOf(io, options));
    if (io.interactive && !io.mode.quiet && !io.mode.json) io.draw("\r\u001b[K");
    for (const warning of report.warnings) io.note(`warning: ${warning}`);
    io.show(report, () => qualityText(report));
  },
});
