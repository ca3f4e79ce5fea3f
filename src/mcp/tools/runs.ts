// Runs: which there were, how one goes, what one would take, and beginning, following and stopping one.
import { z } from "zod";
import { layer } from "../../app/config/layers.ts";
import { resolveConfig } from "../../app/config/resolve.ts";
import { withStore } from "../../app/store/with-store.ts";
import { withPaths } from "../../app/train/absolute-paths.ts";
import {
  curvesOf,
  listRuns as list,
  pointsOf,
  readEvents,
  showRun as show,
} from "../../runs/index.ts";
import { cancelJob, eventsAfter, findJob, isEnded, progressOf } from "../../store/index.ts";
import { defineTool, type ToolContext } from "./types.ts";

const settings = z
  .record(z.string(), z.unknown())
  .describe(
    'Settings as in a run\'s YAML: {"model": {"name": "builtin/tiny"}, "data": {"train_file": "rows.jsonl"}, "optimization": {"iters": 100}, "output_dir": "out"}. Omitted settings have their defaults',
  );

export const listRuns = defineTool({
  title: "List runs",
  about: "List training runs, newest first: status, model, data, losses, folder.",
  writes: false,
  input: z.strictObject({ limit: z.int().positive().max(1000).default(20) }),
  run: async ({ limit }) => ({ runs: list().slice(0, limit) }),
});

const mostPoints = 200;

function thinned<T>(points: readonly T[]): T[] {
  const every = Math.ceil(points.length / mostPoints);
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}

export const showRun = defineTool({
  title: "Show a run",
  about:
    "Get a run: settings, checkpoints, and the training and validation loss per step (at most 200 points each).",
  writes: false,
  input: z.strictObject({
    run: z.string().describe("Run id, a unique prefix of it, or the folder of the run"),
  }),
  run: async ({ run }) => {
    const details = show(run);
    const curves = curvesOf(readEvents(details.outputDir));
    const trainLoss = thinned(pointsOf(curves, "trainLoss"));
    return { ...details, trainLoss, validationLoss: thinned(pointsOf(curves, "validationLoss")) };
  },
});

/** The settings with every path whole, and none that leads where the assistant may not look. */
const contained = (given: Record<string, unknown>, { places }: ToolContext) =>
  withPaths(
    { output_dir: "output", ...given },
    { named: (text) => places.named(text), place: (path) => places.file(path) },
  );

export const estimateRun = defineTool({
  title: "Estimate a run",
  about:
    "Check a run without training: whether settings and data are valid, rows and tokens, steps, the memory it needs and this machine has, warnings and recommendations. Call it before start_run.",
  writes: false,
  input: z.strictObject({ settings }),
  run: async ({ settings: given }, context) => {
    const { validateRun } = await import("../../app/train/validate-run.ts");
    return await validateRun(resolveConfig([layer("argument", "", contained(given, context))]));
  },
});

export const startRun = defineTool({
  title: "Start a run",
  about:
    "Queue a training run and start working on the queue. Returns the job id for follow_run and stop_run.",
  writes: true,
  input: z.strictObject({ settings, priority: z.int().default(0) }),
  run: async ({ settings: given, priority }, context) => {
    const { submitJob } = await import("../../app/jobs/submit.ts");
    const { environment } = context;
    const config = contained(given, context);
    const job = await withStore(environment, (store) =>
      submitJob(store, "training", { config }, { priority, environment }),
    );
    context.beginWork();
    return { job: job.id, status: job.status, title: job.title, folder: config["output_dir"] };
  },
});

const job = z.string().describe("Job id, or a unique prefix of it");

/** Milliseconds between two looks. */
const lookEvery = 250;

export const followRun = defineTool({
  title: "Follow a run",
  about:
    "Get the status, progress and new events of a job. Waits up to `wait` seconds for an event. Call it again with after set to the returned `next` until `ended` is true: the job has finished, or is paused.",
  writes: false,
  input: z.strictObject({
    job,
    after: z
      .int()
      .nonnegative()
      .default(0)
      .describe("Only events after this one: the `next` of the last answer"),
    wait: z.number().min(0).max(60).default(10),
  }),
  run: async ({ job: name, after, wait }, { environment, signal }) =>
    await withStore(environment, async (store) => {
      const { id } = await findJob(store, name);
      const until = Date.now() + wait * 1000;
      for (;;) {
        const events = await eventsAfter(store, { jobId: id, after, limit: 200 });
        const progress = await progressOf(store, id);
        const { status, result, error } = progress.job;
        const ended = isEnded(status) || status === "paused";
        if (events.length > 0 || ended || Date.now() >= until || signal.aborted) {
          const next = events.at(-1)?.id ?? after;
          const { secondsLeft, units } = progress;
          return { job: id, status, ended, units, secondsLeft, result, error, events, next };
        }
        await new Promise((resolve) => setTimeout(resolve, lookEvery));
      }
    }),
});

export const stopRun = defineTool({
  title: "Stop a run",
  about: "Stop a run within one step. A checkpoint in its folder keeps what was trained.",
  writes: true,
  input: z.strictObject({ job }),
  run: async ({ job: name }, { environment }) =>
    await withStore(environment, async (store) => {
      const { id, status } = await cancelJob(store, (await findJob(store, name)).id);
      return { job: id, status };
    }),
});
