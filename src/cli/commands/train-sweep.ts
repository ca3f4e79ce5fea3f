// ft train sweep: one run after another over a table of settings, and which of them came out best.
import { z } from "zod";
import type { Sweep, TrialResult, TrialSettings } from "../../app/train/sweep.ts";
import type { TrainRunOptions } from "../../app/train/train-run.ts";
import { ExitCode, UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { formatDuration } from "../../core/units.ts";
import type { RunEvent } from "../../runs/index.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { howToQueue, QueueOptions } from "../queueing.ts";
import { RunScreen } from "../render/run-events.ts";
import { table } from "../render/table.ts";
import { RunningOptions } from "../training.ts";

function settingsText(settings: TrialSettings): string {
  const parts = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return parts.length === 0 ? "the base alone" : parts.join(" ");
}

type Told = TrialResult & { host?: string | null };

const hostOf = ({ host }: Told): string => host ?? "-";
const hostColumn = { title: "HOST", value: hostOf };

const figure = (value: number | null): string => (value === null ? "-" : value.toPrecision(5));

function resultsTable(results: readonly Told[]): string {
  const metric = results[0]?.metric ?? "";
  const isOnHosts = results.some(({ host }) => host !== undefined);
  return table(results, [
    { title: "SETTINGS", value: ({ settings }) => settingsText(settings) },
    { title: "STATUS", value: ({ status }) => status },
    { title: "STEPS", value: ({ steps }) => steps },
    { title: "LOSS", value: ({ trainLoss }) => figure(trainLoss) },
    { title: `BEST ${metric.toUpperCase()}`, value: ({ best }) => figure(best) },
    { title: "TIME", value: ({ seconds }) => (seconds === null ? "-" : formatDuration(seconds)) },
    ...(isOnHosts ? [hostColumn] : []),
    { title: "FOLDER", value: ({ folder }) => folder },
  ]);
}

function outcome({ error, status, best, trainLoss }: TrialResult): string {
  if (error !== null) {
    const hint = error.hint === null ? "" : `\n  hint: ${error.hint}`;
    return `failed: ${error.code} ${error.message}${hint}`;
  }
  return `${status}, loss ${figure(trainLoss)}, best ${figure(best)}`;
}

/** Where a trial is, as of any run; its result is a line of its own, and a sweep is gone on with as a whole. */
function screenOf(io: Io): Pick<TrainRunOptions, "onEvent" | "onProgress"> {
  const screen = new RunScreen(io);
  const leftOut = new Set<RunEvent["type"]>(["run-completed", "run-stopped", "checkpoint-saved"]);
  return {
    onEvent: (event) => {
      if (!io.mode.json && !leftOut.has(event.type)) screen.show(event);
    },
    onProgress: (progress) => {
      if (!io.mode.json) screen.progress(progress);
    },
  };
}

/** The runs into the queue instead: `ft jobs work` trains them, and the sweep started again then tells them. */
async function queue(
  sweep: Sweep,
  options: RunningOptions & z.infer<typeof QueueOptions>,
  io: Io,
): Promise<number> {
  const { queueSweep } = await import("../../app/jobs/queue-runs.ts");
  const trials = await queueSweep(io.environment, sweep, howToQueue(options));
  io.show({ folder: sweep.folder, trials }, () =>
    table(trials, [
      { title: "JOB", value: ({ job }) => job?.id ?? null },
      { title: "STATUS", value: ({ job }) => job?.status ?? "done before" },
      { title: "FOLDER", value: ({ folder }) => folder },
    ]),
  );
  io.note("ft jobs work trains them; the same command without --queue compares them then");
  return ExitCode.ok;
}

async function runHere(sweep: Sweep, options: RunningOptions, io: Io): Promise<TrialResult[]> {
  const { runSweep } = await import("../../app/train/sweep.ts");
  const { isolate, force, retry, extension: extensions, caffeinate } = options;
  return await runSweep(sweep, {
    ...{ isolate, force, retry, extensions, signal: io.signal },
    ...{ maySleep: !caffeinate, profile: options.profileRun },
    ...screenOf(io),
    onTrial: ({ settings }, index, count, done) =>
      io.note(`${index + 1}/${count} ${settingsText(settings)}${done ? ": done before" : ""}`),
    onResult: (result) => io.note(`  ${outcome(result)}`),
  });
}

/** `--on`: runs on hosts, one at a time on each. Each tells its result alone: several go on at once. */
async function onHosts(sweep: Sweep, hosts: readonly string[], io: Io): Promise<TrialResult[]> {
  const { runSweepOnHosts } = await import("../../app/remote/hosts-sweep.ts");
  return await runSweepOnHosts(sweep, hosts, {
    ...{ environment: io.environment, signal: io.signal },
    onNotice: (text) => io.note(text),
    onTrial: ({ settings }, index, count, host) => {
      const where = host === null ? ": done before" : ` on ${host}`;
      io.note(`${index + 1}/${count} ${settingsText(settings)}${where}`);
    },
    onResult: (result) =>
      io.note(`  ${settingsText(result.settings)} on ${hostOf(result)}: ${outcome(result)}`),
  });
}

/** @throws UsageError FT-USAGE-008 for what has no meaning for runs elsewhere. */
function requireSendable(options: RunningOptions & { queue: boolean }): void {
  const { queue, retry, profileRun, extension, isolate } = options;
  const given = [
    ...(queue ? ["--queue"] : []),
    ...(retry ? ["--retry"] : []),
    ...(profileRun ? ["--profile-run"] : []),
    ...(extension.length > 0 ? ["--extension"] : []),
    ...(isolate ? [] : ["--no-isolate"]),
  ];
  if (given.length === 0) return;
  throw new UsageError("FT-USAGE-008", {
    message: `--on takes no ${given.join(", ")}: the runs are of other machines`,
    hint: "leave it out, or leave --on out",
  });
}

export const trainSweep = defineCommand({
  name: "train sweep",
  summary:
    "Train with every combination of some settings, one run after another or on several hosts, and compare the results",
  arguments: {
    file: {
      about:
        "YAML with base (a configuration, or the path of one) and grid (lists of values by key), list (of settings), or both; " +
        "output_dir holds a folder for each run. Started again, it continues where it stopped. For example: " +
        "{base: run.yaml, grid: {optimization.learning_rate: [1e-4, 3e-4], lora.r: [8, 16]}}",
    },
  },
  options: RunningOptions.extend({
    output: z
      .string()
      .optional()
      .describe("Folder of the sweep, instead of output_dir in the file")
      .register(flags, { short: "o", value: "FOLDER" }),
    dryRun: z.boolean().default(false).describe("Check and list the runs; train nothing"),
    on: z
      .string()
      .optional()
      .describe(
        "Train on these hosts, separated by commas, one run at a time on each: ft remote hosts lists them",
      )
      .register(flags, { value: "HOSTS" }),
    ...QueueOptions.shape,
  }),
  examples: [
    "ft train sweep configs/sweeps/rates.yaml --dry-run",
    "ft train sweep configs/sweeps/rates.yaml --output ./rates --json",
    "ft train sweep configs/sweeps/rates.yaml --queue",
    "ft train sweep configs/sweeps/rates.yaml --on big-mac,local",
  ],
  run: async ({ arguments: { file = "" }, options }, io) => {
    const { readSweep, ranked } = await import("../../app/train/sweep.ts");
    const { bestBy } = await import("../../app/train/check-run.ts");
    const { loadExtensions } = await import("../../app/extensions.ts");
    await loadExtensions(options.extension);
    const sweep = readSweep(file, options.output);
    const listed = sweep.trials.map(({ folder, settings }) => ({ folder, settings }));
    if (options.dryRun) {
      const lines = listed.map(({ folder, settings }) => `${folder}: ${settingsText(settings)}`);
      io.show({ trials: listed }, () => lines.join("\n"));
      return ExitCode.ok;
    }
    const hosts = options.on?.split(",").map((name) => name.trim());
    if (hosts !== undefined) requireSendable(options);
    if (options.queue) return await queue(sweep, options, io);
    const results = hosts ? await onHosts(sweep, hosts, io) : await runHere(sweep, options, io);
    const [first] = sweep.trials;
    const better = first === undefined ? "lower" : bestBy(first.resolved.config).better;
    const inOrder = ranked(results, better);
    io.show({ folder: sweep.folder, results: inOrder }, () => resultsTable(inOrder));
    if (io.wasInterrupted) return ExitCode.interrupted;
    return results.some(({ error }) => error !== null) ? ExitCode.runFailed : ExitCode.ok;
  },
});
