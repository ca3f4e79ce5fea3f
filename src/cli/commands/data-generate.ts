// ft data generate: rows of a domain, drawn by its weights and written by a model.
import { z } from "zod";
import type {
  GenerateRequest,
  GenerateTalk,
  PreviewedRow,
} from "../../app/generation/generate-rows.ts";
import type { GenerateReport, Tested } from "../../app/generation/report.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { dollars } from "../../store/index.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { domainsOption } from "./data-domains.ts";
import {
  estimateDocument,
  estimateText,
  MakingOptions,
  planText,
  progressText,
  savedMaking,
} from "./making-options.ts";
import { projectDefaults } from "./project-defaults.ts";

const shared = MakingOptions.pick({
  provider: true,
  model: true,
  models: true,
  baseUrl: true,
  estimate: true,
  budget: true,
  system: true,
  topics: true,
  temperature: true,
  maxTokens: true,
  tries: true,
  concurrency: true,
  retries: true,
  timeout: true,
  prompts: true,
  seed: true,
  extension: true,
});

const Options = z.strictObject({
  domain: z
    .string()
    .describe("Domain of the rows: a key or name of ft data domains")
    .register(flags, { value: "NAME" }),
  subdomain: z
    .string()
    .describe("Subdomain: a key or name of ft data domains DOMAIN")
    .register(flags, { value: "NAME" }),
  count: MakingOptions.shape.count,
  output: z
    .string()
    .optional()
    .describe("Where the rows go as JSON lines, beside the file of the dataset")
    .register(flags, { short: "o", value: "FILE" }),
  format: z
    .enum(["chat", "instruction"])
    .default("chat")
    .describe("chat: messages; instruction: an instruction and its output"),
  language: z
    .string()
    .default("en")
    .describe("Language, such as de, pt-BR or German; rows in other languages are discarded")
    .register(flags, { value: "TAG" }),
  instructions: z
    .string()
    .optional()
    .describe("Extra instructions for the model, beside those of the domain")
    .register(flags, { value: "TEXT" }),
  ...shared.shape,
  coverage: z
    .string()
    .optional()
    .describe("File for the coverage: what was requested, drawn, and is in the dataset")
    .register(flags, { value: "FILE" }),
  preview: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe("Show the prompts of the first N rows; send no request")
    .register(flags, { value: "N" }),
  domains: domainsOption,
});

type Options = z.infer<typeof Options>;

async function requestOf(options: Options): Promise<GenerateRequest> {
  const { GenerationParameters } = await import("../../app/generation/parameters.ts");
  const { model, models = model === undefined ? [] : [model], extension, ...others } = options;
  const { output, coverage, budget, estimate: _, preview: __, ...parameters } = others;
  const checked = GenerationParameters.safeParse({ ...parameters, models, extensions: extension });
  if (checked.data === undefined) {
    const [{ path, message } = { path: [], message: "" }] = checked.error.issues;
    throw new UsageError("FT-DOMAIN-007", {
      message: `--${path.join(".")}: ${message}`,
      hint: "ft data generate --help",
    });
  }
  return { parameters: checked.data, output, coverage, budget };
}

function talkOf(io: Io): GenerateTalk {
  const warned = new Set<string>();
  return {
    signal: io.signal,
    onPlan: (plan) => io.note(planText(plan)),
    onProgress: (progress) => {
      if (io.mode.quiet || io.mode.json || !io.interactive) return;
      io.draw(`\r\u001b[K${progressText(progress)}`);
    },
    onFailure: (failure, model) => {
      const told = `${model}: ${failure.message}`;
      if (!warned.has(told)) io.note(`warning: ${told}`);
      warned.add(told);
    },
  };
}

const previewText = (rows: readonly PreviewedRow[]): string =>
  rows
    .map(({ scenario: { values, exchanges }, request: { system, prompt } }, at) => {
      const drawn = Object.entries({ ...values, exchanges }).map(([name, v]) => `${name}=${v}`);
      return `=== Row ${at + 1}: ${drawn.join(" ")}\n\n${system}\n\n---\n\n${prompt}`;
    })
    .join("\n\n");

function coverageText({ drawn, leastDrawn, leastRows }: GenerateReport["coverage"]): string[] {
  const text = (of: string, tested: Tested | null): string[] =>
    tested === null ? [] : [`${of} p = ${tested.p.toPrecision(2)} (${tested.parameter})`];
  const told = [...text("of draws", leastDrawn), ...text("of rows", leastRows)];
  return told.length === 0 ? [] : [`${drawn} drawn; least chi-square, ${told.join(", ")}`];
}

function reportText(report: GenerateReport): string {
  const { rows, output, dataset, calls, costUsd, hasPrice, yieldPer100, shortfall } = report;
  const cost = hasPrice ? dollars(Math.round(costUsd * 1e9)) : "at a price that is not known";
  const yielded = yieldPer100 === null ? "" : `, ${yieldPer100} rows per 100 answers`;
  const again = report.drawnAgain === 0 ? [] : [`${report.drawnAgain} drawn again`];
  const unchecked = report.isLanguageChecked
    ? []
    : [`texts in ${report.language} cannot be told from others: rows were not held to it`];
  const missing = shortfall.count === 0 ? [] : [`${shortfall.count} rows are missing:`];
  return [
    `${rows} rows in ${output}, dataset ${dataset}`,
    `${calls} calls, ${cost}${yielded}`,
    ...again,
    ...coverageText(report.coverage),
    ...unchecked,
    ...missing,
    ...shortfall.reasons.map(({ count, message }) => `  ${count} times ${message}`),
  ].join("\n");
}

export const dataGenerate = defineCommand({
  name: "data generate",
  section: "Make rows",
  summary: "Generate rows of a domain: a model writes them, from parameters drawn by weight",
  options: Options,
  standing: projectDefaults,
  saved: { without: [...savedMaking.without, "preview"] },
  examples: [
    "ft data generate --domain support --subdomain billing --count 50 -o rows.jsonl",
    "ft data generate --domain medical --subdomain diagnostics --preview 3",
    "ft data generate --domain legal --subdomain litigation --language de --format instruction --count 200 --estimate",
    "ft data generate --domain coaching --subdomain career --provider local --count 20 --coverage coverage.json",
  ],
  run: async ({ environment, options }, io) => {
    const generation = await import("../../app/generation/generate-rows.ts");
    const request = await requestOf(options);
    if (options.preview !== undefined) {
      const rows = await generation.previewRows(request, options.preview, environment);
      io.show(rows, () => previewText(rows));
      return;
    }
    if (options.estimate) {
      const plan = await generation.estimateGeneration(request, environment);
      io.show(estimateDocument(plan), () => estimateText(plan));
      return;
    }
    const report = await generation.generateRows(request, environment, talkOf(io));
    if (io.interactive && !io.mode.quiet && !io.mode.json) io.draw("\r\u001b[K");
    io.show(report, () => reportText(report));
    return report.rows === 0 ? 1 : undefined;
  },
});
