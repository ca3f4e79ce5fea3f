// ft train sweep: one run after another over a table of settings, and which of them came out best.
import { z } from "zod";
import type { Sweep, TrialResult, TrialSettings } from "../../app/train/sweep.ts";
import type { TrainRunOptions } from "../../app/train/train-run.ts";
import { ExitCode } from "../../core/errors.ts";
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

const figure = (value: number | null): string => (value === null ? "-" : value.toPrecision(5));

function resultsTable(results: readonly TrialResult[]): string {
  const metric = results[0]?.metric ?? "";
  return table(results, [
    { title: "SETTINGS", value: ({ settings }) => settingsText(settings) },
    { title: "STATUS", value: ({ status }) => status },
    { title: "STEPS", value: ({ steps }) => steps },
    { title: "LOSS", value: ({ trainLoss }) => figure(trainLoss) },
    { title: `BEST ${metric.toUpperCase()}`, value: ({ best }) => figure(best) },
    { title: "TIME", value: ({ seconds }) => (seconds === null ? "-" : formatDuration(seconds)) },
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

export const trainSweep = defineCommand({
  name: "train sweep",
  summary: "Train over a table of settings, one run after another, and compare what came out",
  arguments: {
    file: {
      about:
        "YAML with base (a configuration, or the path of one) and grid (lists of values by key), list (of settings), or both; " +
        "output_dir holds a folder for each run. Started again, it goes on where it was. For example: " +
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
    ...QueueOptions.shape,
  }),
  examples: [
    "ft train sweep configs/sweeps/rates.yaml --dry-run",
    "ft train sweep configs/sweeps/rates.yaml --output ./rates --json",
    "ft train sweep configs/sweeps/rates.yaml --queue",
  ],
  run: async ({ arguments: { file = "" }, options }, io) => {
    const { readSweep, runSweep, ranked } = await import("../../app/train/sweep.ts");
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
    if (options.queue) return await queue(sweep, options, io);
    const { isolate, force, retry, extension: extensions, caffeinate } = options;
    const results = await runSweep(sweep, {
      ...{ isolate, force, retry, extensions, signal: io.signal },
      ...{ maySleep: !caffeinate, profile: options.profileRun },
      ...screenOf(io),
      onTrial: ({ settings }, index, count, done) =>
        io.note(`${index + 1}/${count} ${settingsText(settings)}${done ? ": done before" : ""}`),
      onResult: (result) => io.note(`  ${outcome(result)}`),
    });
    const [first] = sweep.trials;
    const better = first === undefined ? "lower" : bestBy(first.resolved.config).better;
    const inOrder = ranked(results, better);
    io.show({ folder: sweep.folder, results: inOrder }, () => resultsTable(inOrder));
    if (io.wasInterrupted) return ExitCode.interrupted;
    return results.some(({ error }) => error !== null) ? ExitCode.runFailed : ExitCode.ok;
  },
});
