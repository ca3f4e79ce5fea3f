// What `train quick`, `train start` and `train resume` share: options, resolving, dry run, drawing events.
// Training itself is app/train/train-run.ts.
import { resolve as resolvePath } from "node:path";
import { z } from "zod";
import { betterKnown } from "../app/config/better-known.ts";
import { valueAt } from "../app/config/layers.ts";
import { loadRunConfig, requireRunnable } from "../app/config/load.ts";
import type { PresetName } from "../app/config/presets.ts";
import { type ResolvedConfig, withOrigins } from "../app/config/resolve.ts";
import type { RunConfig } from "../app/config/schema.ts";
import { recommendationsFor, warningsFor } from "../app/config/warnings.ts";
import { keepInput, PIPED } from "../app/data/kept-input.ts";
import { loadExtensions } from "../app/extensions.ts";
import type { CrewPlan } from "../app/train/crew/train-crew.ts";
import type { RunLength } from "../app/train/extend-run.ts";
import type { FtError } from "../core/errors.ts";
import { ExitCode, UsageError } from "../core/errors.ts";
import { flags } from "../core/flags.ts";
import { expandHome } from "../core/paths.ts";
import { shellWord } from "../core/shell.ts";
import { DATA_ABOUT } from "../data/index.ts";
import { failedFact, makeRunId, readRecord, type RunEvent, stampEvent } from "../runs/index.ts";
import type { WorkProgress } from "../train/run.ts";
import type { CommandInput } from "./define-command.ts";
import type { Io } from "./io.ts";
import { downloadNote } from "./render/download.ts";
import { BANNER, configurationBlock, RunScreen } from "./render/run-events.ts";
import { settingOptions } from "./settings.ts";

/** Where settings come from, beside the flags. */
export const SourceOptions = z.strictObject({
  config: z
    .string()
    .optional()
    .describe("Configuration file, YAML or JSON")
    .register(flags, { short: "c", value: "FILE" }),
  profile: z
    .string()
    .optional()
    .describe("Set of starting values for a kind of data: ft config profiles lists them")
    .register(flags, { short: "p", value: "NAME" }),
});

/** Options of running, beside the settings of the run. */
export const RunningOptions = z.strictObject({
  isolate: z.boolean().default(true).describe("Train in a process of its own").register(flags, {
    off: "Train in this process instead of a separate one: a crash then also ends ft",
  }),
  force: z
    .boolean()
    .default(false)
    .describe("Start even if the estimate says that it does not fit into memory"),
  profileRun: z
    .boolean()
    .default(false)
    .describe("Write a performance profile into the run's folder, for Chrome's developer tools"),
  caffeinate: z
    .boolean()
    .default(true)
    .describe("Keep a Mac awake while it trains")
    .register(flags, { off: "Do not keep a Mac awake during training" }),
  retry: z
    .boolean()
    .default(false)
    .describe("If the trainer crashes, start it again once from the last checkpoint"),
  extension: z
    .array(z.string())
    .default([])
    .describe("Module that registers architectures, templates and the like; may be repeated")
    .register(flags, { value: "PATH" }),
});

/** Of commands that start or continue one run. */
export const DetachOptions = z.strictObject({
  detach: z
    .boolean()
    .default(false)
    .describe(
      "Run in the background: return once training has started; closing the terminal does not stop it",
    ),
});

export const TrainOptions = SourceOptions.extend({
  ...RunningOptions.shape,
  ...DetachOptions.shape,
  resume: z
    .string()
    .optional()
    .describe("Continue the run in this folder, as ft train resume does")
    .register(flags, { value: "FOLDER" }),
  dryRun: z
    .boolean()
    .default(false)
    .describe("Print the resolved settings with their origins; train nothing"),
});

export type TrainOptions = z.infer<typeof TrainOptions>;
export type RunningOptions = z.infer<typeof RunningOptions>;

export const trainArguments = {
  model: { about: "Hub id, folder, .gguf file, or builtin/tiny", optional: true },
  dataset: { about: DATA_ABOUT, optional: true },
} as const;

type TrainInput = CommandInput<"model" | "dataset", z.infer<typeof SourceOptions>>;

/** Positional MODEL and DATASET as settings. Throws UsageError when a flag says something else. */
function argumentSettings(input: TrainInput): Record<string, Record<string, string>> {
  const { model, dataset } = input.arguments;
  const given = input.settings.values as {
    model?: { name?: unknown };
    data?: { train_file?: unknown };
  };
  const clashes = [
    [model, given.model?.name, "--model"],
    [dataset, given.data?.train_file, "--data"],
  ].filter(([argument, flag]) => argument !== undefined && flag !== undefined && argument !== flag);
  if (clashes.length > 0) {
    throw new UsageError("FT-USAGE-004", {
      message: clashes
        .map(([a, b, name]) => `${String(a)} and ${String(name)} ${String(b)} are both given`)
        .join("\n"),
      hint: "Give one of them",
    });
  }
  return {
    ...(model === undefined ? {} : { model: { name: model } }),
    ...(dataset === undefined ? {} : { data: { train_file: dataset } }),
  };
}

/** The settings of a run from everything the command was given. Throws ConfigError with all problems. */
export function resolveInput(
  input: TrainInput,
  preset: PresetName | undefined,
  io: Io,
): ResolvedConfig {
  return loadRunConfig({
    preset,
    profile: input.options.profile,
    configFile: input.options.config,
    arguments: argumentSettings(input),
    flags: input.settings,
    environment: io.environment,
  });
}

function showDryRun(resolved: ResolvedConfig, io: Io): void {
  const { config, origins } = resolved;
  const warnings = [...resolved.unused, ...warningsFor(config)];
  const recommendations = recommendationsFor(config);
  const advice = { warnings, recommendations, betterKnown: betterKnown(resolved, null) ?? null };
  const document = { config: withOrigins(resolved), ...advice };
  io.show(document, () =>
    [
      originsText(config, origins),
      ...adviceLines(resolved),
      ...betterKnownLines(resolved, null),
    ].join("\n"),
  );
}

/** Every value with its origin, one a line. */
export function originsText(config: RunConfig, origins: ReadonlyMap<string, string>): string {
  const lines = [...origins].map(([key, origin]): [string, string] => {
    return [`${key} = ${JSON.stringify(valueAt(config, key.split(".")))}`, origin];
  });
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, origin]) => `${left.padEnd(width)}  # ${origin}`).join("\n");
}

function adviceLines(resolved: ResolvedConfig): string[] {
  const { config, unused } = resolved;
  return [
    ...[...unused, ...warningsFor(config)].map((text) => `warning: ${text}`),
    ...recommendationsFor(config).map((text) => `recommendation: ${text}`),
  ];
}

function betterKnownLines(resolved: ResolvedConfig, parameters: number | null): string[] {
  const better = betterKnown(resolved, parameters);
  return better === undefined ? [] : [`better known: ${better}`];
}

/** What depends on the model is told once its size is known: when the run starts. */
function withAdvice(watched: Watched, resolved: ResolvedConfig, io: Io): Watched {
  const onEvent = (event: RunEvent): void => {
    watched.onEvent(event);
    if (event.type !== "run-started") return;
    for (const line of betterKnownLines(resolved, event.totalParameters)) io.note(line);
  };
  return { ...watched, onEvent };
}

interface Watched {
  onEvent(event: RunEvent): void;
  onProgress(progress: WorkProgress): void;
  /** 130 when the run was stopped, else 0. */
  exitCode(): number;
}

/** Sends events to stdout as JSON lines, or to the screen; makes a failure the last line. */
export function watch(io: Io): Watched {
  const screen = new RunScreen(io);
  let last: RunEvent | undefined;
  const onEvent = (event: RunEvent): void => {
    last = event;
    if (io.mode.json) io.line(event);
    else screen.show(event);
  };
  io.tellFailure = (error) => {
    if (last?.type !== "run-failed") io.line(failedEvent(error, last?.runId));
  };
  const stopped = (): boolean => last?.type === "run-stopped";
  const onProgress = (progress: WorkProgress): void => {
    if (!io.mode.json) screen.progress(progress);
  };
  return { onEvent, onProgress, exitCode: () => (stopped() ? ExitCode.interrupted : ExitCode.ok) };
}

const failedEvent = (error: FtError, runId: string | undefined): RunEvent =>
  stampEvent(runId ?? makeRunId(), failedFact(error));

function runningOptions(options: RunningOptions, { onEvent, onProgress }: Watched, io: Io) {
  const { isolate, force, retry, extension: extensions } = options;
  const how = { force, profile: options.profileRun, maySleep: !options.caffeinate };
  const onRetry = ({ message }: FtError): void => {
    io.note(`warning: ${message}; starting once more from the last checkpoint`);
  };
  return { onEvent, onProgress, isolate, ...how, retry, onRetry, extensions, signal: io.signal };
}

/** Where a run's record has what the arguments say. */
const recordedAt = { model: ["model", "name"], dataset: ["data", "train_file"] } as const;

/** The arguments that are not what the run in `folder` was started with. */
function otherArguments(given: TrainInput["arguments"], folder: string): string[] {
  const named = Object.entries(given) as ["model" | "dataset", string][];
  if (named.length === 0) return [];
  const { config } = readRecord(folder);
  const others = named.filter(([name, value]) => {
    const recorded = valueAt(config, recordedAt[name]);
    return recorded !== value && recorded !== resolvePath(expandHome(value));
  });
  return others.map(([name]) => name.toUpperCase());
}

/** Throws UsageError for what `--resume` would leave aside: a run goes on with what it was started with. */
export function requireNothingElse(
  input: CommandInput<"model" | "dataset", TrainOptions>,
  folder: string,
): void {
  const { config, profile, dryRun } = input.options;
  const { values, originOf } = input.settings;
  const aside = [
    ...otherArguments(input.arguments, folder),
    ...(config === undefined ? [] : ["--config"]),
    ...(profile === undefined ? [] : ["--profile"]),
    ...(dryRun ? ["--dry-run"] : []),
    ...settingOptions()
      .filter(({ path }) => valueAt(values, path) !== undefined)
      .map(({ path }) => originOf(path).replace("flag:", "")),
  ];
  if (aside.length === 0) return;
  throw new UsageError("FT-USAGE-008", {
    message: `--resume continues with the settings in ${folder} and takes no other ${aside.join(", ")}`,
    hint: `ft train resume ${shellWord(folder)}`,
  });
}

/** The settings with rows that are piped in (`-`) in a file of their own. Throws UsageError without any. */
export async function withPipedData(resolved: ResolvedConfig, io: Io): Promise<ResolvedConfig> {
  const { config } = resolved;
  if (config.data.train_file !== PIPED) return resolved;
  if (io.piped === undefined) {
    throw new UsageError("FT-USAGE-010", {
      message: `Data are to come through the standard input (${PIPED}), and nothing is piped in`,
      hint: "ft train start MODEL - < rows.jsonl",
    });
  }
  const train_file = await keepInput(io.piped);
  io.note(`The rows piped in are kept in ${train_file}`);
  return { ...resolved, config: { ...config, data: { ...config.data, train_file } } };
}

export function introduce(resolved: ResolvedConfig, io: Io): void {
  io.note(`${BANNER}\n\n${configurationBlock(resolved.config)}\n`);
  for (const line of adviceLines(resolved)) io.note(line);
}

/** `train quick` and `train start`: resolve, show, train. */
export async function train(
  input: CommandInput<"model" | "dataset", TrainOptions>,
  preset: PresetName,
  io: Io,
  crew?: CrewPlan,
): Promise<number> {
  if (input.options.resume !== undefined) {
    requireNothingElse(input, input.options.resume);
    return resume(input.options.resume, input.options, io, { crew });
  }
  const watched = input.options.dryRun ? undefined : watch(io);
  await loadExtensions(input.options.extension);
  const asked = resolveInput(input, preset, io);
  if (watched === undefined) {
    requireRunnable(asked.config);
    showDryRun(asked, io);
    return ExitCode.ok;
  }
  const resolved = await withPipedData(asked, io);
  const { startRun } = await import("../app/train/train-run.ts");
  await startRun(resolved, {
    onChecked: () => introduce(resolved, io),
    ...runningOptions(input.options, withAdvice(watched, resolved, io), io),
    onDownload: downloadNote(io),
    crew,
  });
  return watched.exitCode();
}

/** Continues the run in `folder` from its latest checkpoint, to another length where one is given. */
export async function resume(
  folder: string,
  options: RunningOptions,
  io: Io,
  how: { length?: RunLength | undefined; crew?: CrewPlan | undefined } = {},
): Promise<number> {
  const watched = watch(io);
  const { resumeRun } = await import("../app/train/train-run.ts");
  await resumeRun(folder, { ...runningOptions(options, watched, io), ...how });
  return watched.exitCode();
}
