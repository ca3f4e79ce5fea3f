// What the commands that have rows made by a model share: options, the question before documents leave the machine, how
// far it is, and the report.
import { z } from "zod";
import type { Leaving } from "../../app/data/making/consent.ts";
import type { MakeReport } from "../../app/data/making/made-output.ts";
import type { MakePlan, MakeRequest, MakeTalk } from "../../app/data/making/make-dataset.ts";
import { flags } from "../../core/flags.ts";
import type { Environment } from "../../core/paths.ts";
import { formatCount, formatDuration } from "../../core/units.ts";
import { dollars, type Progress } from "../../store/index.ts";
import { LENGTHS, type Length } from "../../synth/make/row-form.ts";
import { VARIETIES } from "../../synth/make/variety.ts";
import { sourceOptions } from "../../synth/sources/options.ts";
import type { Io } from "../io.ts";

const lengths = Object.keys(LENGTHS) as [Length, ...Length[]];

/** `--length`, with what it is where nobody gives it. */
export const lengthOption = (usual: Length) =>
  z.enum(lengths).default(usual).describe("Messages of a row: 2, 4 to 6, or 8 to 12");

export const MakingOptions = z.strictObject({
  count: z.coerce
    .number()
    .int()
    .positive()
    .default(100)
    .describe("Number of rows to generate in total")
    .register(flags, { short: "n", value: "N" }),
  output: z
    .string()
    .describe("Output file, as JSON lines")
    .register(flags, { short: "o", value: "FILE" }),
  provider: z
    .string()
    .optional()
    .describe(
      "Who writes: google, ollama, openai, anthropic, mistral, openrouter, openai-compatible, or local, the local engine",
    )
    .register(flags, { value: "NAME" }),
  model: z
    .string()
    .optional()
    .describe("Its model; with --provider local a folder, a run or a built-in model")
    .register(flags, { value: "NAME" }),
  models: z
    .array(z.string())
    .optional()
    .describe("Several models: if one fails, the next is asked")
    .register(flags, { value: "NAME,NAME" }),
  baseUrl: z
    .string()
    .optional()
    .describe("Another address of the provider")
    .register(flags, { value: "URL" }),
  estimate: z
    .boolean()
    .default(false)
    .describe("Print the number of calls, tokens and the price; ask nothing"),
  budget: z.coerce
    .number()
    .nonnegative()
    .optional()
    .describe("Budget in dollars; a request that could exceed it is not sent")
    .register(flags, { value: "DOLLARS" }),
  system: z
    .string()
    .optional()
    .describe("System message of each row")
    .register(flags, { value: "TEXT" }),
  topics: z
    .array(z.string())
    .default([])
    .describe("Topics, used in turn for each row")
    .register(flags, { value: "TOPIC,TOPIC", aliases: ["focus-topics"] }),
  language: z
    .string()
    .optional()
    .describe(
      "Language of all rows; default: that of the document. Rows in other languages are discarded",
    )
    .register(flags, { value: "NAME" }),
  evidence: z
    .boolean()
    .default(false)
    .describe(
      "Ask for a quote from the document with each row, and keep only rows whose quote is in it",
    ),
  length: lengthOption("short"),
  variety: z
    .enum(VARIETIES)
    .default("medium")
    .describe("How much the questions and the people who ask them differ"),
  temperature: z.coerce
    .number()
    .min(0)
    .max(2)
    .default(0.7)
    .describe("0 always takes the most likely token; higher values vary more")
    .register(flags, { value: "X" }),
  maxTokens: z.coerce
    .number()
    .int()
    .positive()
    .default(4096)
    .describe("Maximum tokens of one answer")
    .register(flags, { value: "N" }),
  rowsPerCall: z.coerce
    .number()
    .int()
    .min(1)
    .max(50)
    .default(1)
    .describe("Rows in one answer: fewer requests, and rows that are more alike")
    .register(flags, { value: "N" }),
  tries: z.coerce
    .number()
    .int()
    .min(1)
    .default(3)
    .describe("Maximum attempts for a row whose answer is not valid")
    .register(flags, { value: "N" }),
  concurrency: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .default(5)
    .describe("Maximum requests at the same time")
    .register(flags, { value: "N", aliases: ["max-concurrent"] }),
  retries: z.coerce
    .number()
    .int()
    .min(0)
    .default(3)
    .describe("Retries of a request that failed for a temporary reason")
    .register(flags, { value: "N", aliases: ["max-retries"] }),
  timeout: z.coerce
    .number()
    .positive()
    .default(60)
    .describe("Maximum seconds for one answer")
    .register(flags, { value: "S" }),
  profile: z
    .string()
    .optional()
    .describe("Service that the dataset is for: limits the number of rows (ft data limits)")
    .register(flags, { value: "NAME" }),
  passage: z.coerce
    .number()
    .int()
    .min(200)
    .default(2000)
    .describe("Characters of a document that one row is based on")
    .register(flags, { value: "N" }),
  prompts: z
    .string()
    .optional()
    .describe("Folder of prompts to use instead of the built-in ones")
    .register(flags, { value: "DIR" }),
  seed: z.coerce
    .number()
    .int()
    .default(0)
    .describe("Seed of the generated rows")
    .register(flags, { value: "N" }),
  ...sourceOptions,
  yes: z.boolean().default(false).describe("Allow sending documents to the provider"),
  extension: z
    .array(z.string())
    .default([])
    .describe("JavaScript modules that register providers")
    .register(flags, { value: "FILE" }),
});

export type MakingOptions = z.infer<typeof MakingOptions>;

/** What a command adds to its options. */
export interface MakingMode {
  mode: string;
  paths: readonly string[];
  keepsFound?: boolean;
  instructions?: string | undefined;
  /** Who writes where nobody is named. */
  usualProvider?: string | undefined;
}

export function makeRequest(options: MakingOptions, how: MakingMode): MakeRequest {
  const { model, models = model === undefined ? [] : [model], extension, ...others } = options;
  const { system, topics, variety, length, language, evidence, temperature } = others;
  const { maxTokens, rowsPerCall, tries, seed } = others;
  const { mode, paths, instructions, keepsFound = false, usualProvider } = how;
  const words = { mode, system, instructions, topics, variety, length, language };
  const held = evidence ? { evidence } : {};
  const settings = { ...words, ...held, temperature, maxTokens, rowsPerCall, tries, seed };
  const own = { settings, paths, keepsFound, usualProvider };
  return { ...others, ...own, models, extensions: extension };
}

const namedFiles = 10;

export function leavingText({ provider, host, sources }: Leaving): string {
  const named = sources
    .slice(0, namedFiles)
    .map(({ source, characters }) => `  ${source} (${formatCount(characters)} characters)`);
  const more = sources.length - named.length;
  const rest = more > 0 ? [`  and ${more} more`] : [];
  return [`These documents would be sent to ${provider} (${host}):`, ...named, ...rest].join("\n");
}

/** How far a job is, in one line. */
export function progressText({ job, units, rate, secondsLeft, spending }: Progress): string {
  const done = `${units.done}/${job.units.total} answers`;
  const speed = rate === null ? "" : `, ${(60 * rate).toFixed(0)}/min`;
  const left = secondsLeft === null ? "" : `, ${formatDuration(secondsLeft)} left`;
  return `${done}${speed}, ${dollars(spending.spent)}${left}`;
}

/** What is told before anything is asked. */
export type ToldPlan = Pick<
  MakePlan,
  "provider" | "models" | "toMake" | "estimate" | "hasPrice" | "capped"
>;

export function planText({ provider, models, toMake, estimate, hasPrice }: ToldPlan): string {
  const { likely, most } = estimate;
  const price = hasPrice
    ? `about ${dollars(likely.cost)}, at most ${dollars(most.cost)}`
    : "at a price that is not known";
  return `${toMake} rows by ${provider} ${models.join(", ")}: about ${likely.calls} calls, ${price}`;
}

/** What the commands tell while it runs, on stderr. */
function talkOf(io: Io, { yes }: MakingOptions): MakeTalk {
  const warned = new Set<string>();
  return {
    signal: io.signal,
    allow: async (leaving) => {
      if (yes) return true;
      io.talk(leavingText(leaving));
      return await io.confirm("Send them?");
    },
    onPlan: (plan) => {
      if (plan.capped !== undefined) io.talk(`warning: ${plan.capped}`);
      io.note(planText(plan));
    },
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

function reportText(report: MakeReport): string {
  const { rows, found, output, calls, costUsd, hasPrice, shortfall, yieldPer100, sources } = report;
  const parts = found > 0 ? ` (${found} found, ${report.made} made)` : "";
  const cost = hasPrice ? dollars(Math.round(costUsd * 1e9)) : "at a price that is not known";
  const yielded = yieldPer100 === null ? "" : `, ${yieldPer100} rows per 100 answers`;
  const lines = [`${rows} rows${parts} in ${output}`, `${calls} calls, ${cost}${yielded}`];
  if (shortfall.count > 0) lines.push(`${shortfall.count} rows are missing:`);
  for (const { count, message } of shortfall.reasons) lines.push(`  ${count} times ${message}`);
  for (const { source, reason } of sources.skipped) lines.push(`skipped ${source}: ${reason}`);
  return lines.join("\n");
}

export function estimateDocument({ estimate, ...plan }: ToldPlan): Record<string, unknown> {
  const inDollars = (nano: number): number | null => (plan.hasPrice ? nano / 1e9 : null);
  const { cost, ...likely } = estimate.likely;
  const { cost: upmost, ...most } = estimate.most;
  return {
    ...plan,
    ...likely,
    costUsd: inDollars(cost),
    atMost: { ...most, costUsd: inDollars(upmost) },
  };
}

export function estimateText(plan: ToldPlan): string {
  const { likely, most } = plan.estimate;
  const tokens = (from: number, to: number): string => `${formatCount(from)} to ${formatCount(to)}`;
  return [
    ...(plan.capped === undefined ? [] : [plan.capped]),
    planText(plan),
    `calls: ${likely.calls} to ${most.calls}`,
    `tokens read: ${tokens(likely.tokensIn, most.tokensIn)}`,
    `tokens written: ${tokens(likely.tokensOut, most.tokensOut)}`,
  ].join("\n");
}

interface Doing {
  io: Io;
  environment: Environment;
}

/** What is not saved with a configuration: whether documents may be sent is asked each time. */
export const savedMaking = { without: ["yes", "estimate"] } as const;

/** Runs, or only estimates, and shows what it came to. 1 where no row came of it. */
export async function runMaking(
  options: MakingOptions,
  how: MakingMode,
  { io, environment }: Doing,
): Promise<number | void> {
  const { estimateDataset, makeDataset } = await import("../../app/data/making/make-dataset.ts");
  const request = makeRequest(options, how);
  if (options.estimate) {
    const plan = await estimateDataset(request, environment);
    io.show(estimateDocument(plan), () => estimateText(plan));
    return;
  }
  const report = await makeDataset(request, environment, talkOf(io, options));
  if (io.interactive && !io.mode.quiet && !io.mode.json) io.draw("\r\u001b[K");
  io.show(report, () => reportText(report));
  return report.rows === 0 ? 1 : undefined;
}
