// ft train validate: everything about a run that can be known before it starts.
import { statSync } from "node:fs";
import { basename } from "node:path";
import type { z } from "zod";
import { requireRunnable } from "../../app/config/load.ts";
import type { ResolvedConfig } from "../../app/config/resolve.ts";
import { loadExtensions } from "../../app/extensions.ts";
import type { ValidationReport } from "../../app/train/validate-run.ts";
import type { FtError } from "../../core/errors.ts";
import { expandHome } from "../../core/paths.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { describeProblem, type RowProblem } from "../../data/index.ts";
import { type CommandInput, defineCommand } from "../define-command.ts";
import { failureDocument, type Io } from "../io.ts";
import { histogramText, maskText } from "../render/samples.ts";
import {
  originsText,
  resolveInput,
  RunningOptions,
  SourceOptions,
  trainArguments,
  withPipedData,
} from "../training.ts";
import { WorkerOptions } from "../workers.ts";

const SHOWN_SKIPPED = 20;
const SHOWN_LOST = 5;

function section(title: string, lines: readonly string[], none: string): string {
  return lines.length === 0 ? none : [title, ...lines.map((line) => `  - ${line}`)].join("\n");
}

/** Of rows in several files, which those are. */
function filesText({ files }: ValidationReport["data"]): string[] {
  const training = files.filter(({ split }) => split === "train");
  if (training.length < 2) return [];
  const named = training.map(({ path, rows }) => `${basename(path)} (${rows})`);
  return [`Files to train on: ${named.join(", ")}`];
}

/** The first of the rows that would be left out; `--json` has them all. */
function skippedText({ skipped }: ValidationReport["data"]): string[] {
  if (skipped.length === 0) return [];
  const shown = skipped.slice(0, SHOWN_SKIPPED).map((problem) => `  - ${problemText(problem)}`);
  const rest = skipped.length - shown.length;
  const more = rest > 0 ? [`  … and ${rest} more (--json lists them all)`] : [];
  return ["Left out, because it cannot be used:", ...shown, ...more];
}

/** The first of the rows that are not learned whole. */
function lostText({ lost }: ValidationReport["data"]): string[] {
  const all = lost ?? [];
  const shown = all
    .slice(0, SHOWN_LOST)
    .map(({ file, line, id, what, reason, tokens, lostTokens }) => {
      const name = id === undefined ? "" : ` (${id})`;
      const cost = lostTokens === undefined ? "" : `, ${lostTokens} learned tokens lost`;
      return `  - ${basename(file)}:${line}${name}: ${what}, ${reason} (${tokens} tokens${cost})`;
    });
  const rest = all.length - shown.length;
  const cut = all.filter(({ what }) => what === "cut").length;
  return [
    `Rows that would be cut: ${cut}; left out: ${all.length - cut}`,
    ...shown,
    ...(rest > 0 ? [`  … and ${rest} more (--json lists them all)`] : []),
  ];
}

function problemText(problem: RowProblem): string {
  return `${basename(problem.file)}: ${describeProblem(problem)}`;
}

function reasoningText({ reasoningTokens }: ValidationReport["data"]): string[] {
  if ((reasoningTokens ?? 0) === 0) return [];
  return [`Reasoning: ${formatCount(reasoningTokens ?? 0)} of the tokens`];
}

function documentsText({ documents: found }: ValidationReport["data"]): string[] {
  return found === null ? [] : [`Documents: ${found.documents}, in ${found.windows} windows`];
}

function packedText({ packed }: ValidationReport["data"]): string[] {
  if (packed === null) return [];
  const { rows, windows, windowTokens, filled } = packed;
  const full = (100 * filled).toFixed(1);
  return [`Packed: ${rows} rows in ${windows} windows of ${windowTokens} tokens, ${full} % full`];
}

function stepsText({ steps: { total, perEpoch } }: ValidationReport): string {
  const passes = Number((total / perEpoch).toFixed(2));
  return `Steps: ${total}, which is ${passes} times all rows (${perEpoch} steps each)`;
}

function dataText(report: ValidationReport): string {
  const { data } = report;
  const lines = [
    `Dataset format: ${data.formatLine}`,
    `Rows: ${data.trainRows} for training, ${data.validationRows} for validation`,
    ...filesText(data),
    ...skippedText(data),
  ];
  if (data.tokens === null || data.histogram === null)
    return [...lines, stepsText(report)].join("\n");
  lines.push(
    `Tokens: ${formatCount(data.tokens)}, of which ${formatCount(data.supervisedTokens ?? 0)} are learned`,
    ...reasoningText(data),
    ...lostText(data),
    ...documentsText(data),
    ...packedText(data),
    `Batches: ${data.shapes} shapes, ${((data.padding ?? 0) * 100).toFixed(1)} % of them padding`,
    stepsText(report),
    "",
    "Length in tokens",
    histogramText(data.histogram),
  );
  return lines.join("\n");
}

function itemText({ item }: { item?: number }): string {
  return item === undefined ? "" : `, item ${item}`;
}

function samplesText({ data }: ValidationReport, color: boolean): string {
  const samples = (data.samples ?? []).map(
    (sample) =>
      `${sample.file}:${sample.line}${itemText(sample)} (${sample.tokens} tokens, ${sample.supervisedTokens} learned)\n` +
      maskText(sample.runs, color),
  );
  const legend = color ? "learned text is green" : "learned text stands between ⟦ and ⟧";
  return samples.length === 0 ? "" : [`Samples (${legend})`, ...samples].join("\n\n");
}

function memoryText({ memory, memoryEstimateBytes }: ValidationReport): string {
  if (memoryEstimateBytes === null) return "";
  const terms = memory.map(
    ({ name, bytes, formula }) => `  ${name}: ${formatBytes(bytes)} (${formula})`,
  );
  return [
    `Estimated peak memory of the process: ${Number((memoryEstimateBytes / 1e9).toPrecision(3))} GB`,
    ...terms,
  ].join("\n");
}

function reportText(resolved: ResolvedConfig, report: ValidationReport, color: boolean): string {
  const parts = [
    "Configuration is valid",
    originsText(resolved.config, resolved.origins),
    section("Warnings", report.warnings, "No configuration warnings"),
    section("Recommendations", report.recommendations, ""),
    dataText(report),
    samplesText(report, color),
    memoryText(report),
    ...report.notes.map((note) => `Note: ${note}`),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** With `--json`, what is wrong is part of the one document. */
function tellInvalid(io: Io): void {
  io.tellFailure = (error: FtError) => {
    const failure = failureDocument(error);
    const { problems } = error;
    io.document({
      valid: false,
      error: failure,
      problems: problems.length > 0 ? problems : [error.message],
    });
  };
}

const ValidateOptions = SourceOptions.extend({
  extension: RunningOptions.shape.extension,
  workers: WorkerOptions.shape.workers,
});

type Input = CommandInput<"config_or_model" | "dataset", z.infer<typeof ValidateOptions>>;

/** A model is a folder, an id, or a file of weights; any other file can only be a configuration. */
function isConfig(name: string): boolean {
  const found = statSync(expandHome(name), { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return false;
  if (/\.(ya?ml|json)$/i.test(name)) return true;
  return found !== undefined && !/\.(gguf|safetensors)$/i.test(name);
}

/** The first argument in its place: the configuration's, or the model's. */
function understood({ arguments: given, options }: Input): {
  arguments: Partial<Record<"model" | "dataset", string>>;
  options: z.infer<typeof ValidateOptions>;
} {
  const { config_or_model: first, dataset } = given;
  const rest = dataset === undefined ? {} : { dataset };
  if (first === undefined) return { arguments: rest, options };
  if (options.config === undefined && isConfig(first))
    return { arguments: rest, options: { ...options, config: first } };
  return { arguments: { model: first, ...rest }, options };
}

export const trainValidate = defineCommand({
  name: "train validate",
  summary: "Check a configuration, its data and its memory before training",
  arguments: {
    config_or_model: {
      about: "Configuration file, YAML or JSON; or a model, as ft train start takes it",
      optional: true,
    },
    dataset: trainArguments.dataset,
  },
  options: ValidateOptions,
  settings: { preset: "start" },
  examples: [
    "ft train validate configs/production.yml",
    "ft train validate configs/quick-tiny.yaml --max-length 512 --json",
    "ft train validate HuggingFaceTB/SmolLM2-135M-Instruct chat.jsonl --lora-rank 16",
  ],
  run: async (input, io) => {
    tellInvalid(io);
    await loadExtensions(input.options.extension);
    const asked = resolveInput({ ...input, ...understood(input) }, "start", io);
    requireRunnable(asked.config);
    const resolved = await withPipedData(asked, io);
    const { validateRun } = await import("../../app/train/validate-run.ts");
    const { checkWorkers } = await import("../../app/train/crew/refuse.ts");
    checkWorkers(resolved.config, input.options.workers);
    const looked = await validateRun(resolved);
    const report = { ...looked, warnings: [...resolved.unused, ...looked.warnings] };
    io.show(report, () => reportText(resolved, report, io.colorOut));
  },
});
