// /api/v1/sweeps and the sweeps of a form: several values for some settings, a run for each combination, each a job of its
// own in the queue; what came of them; ended and gone on with as one.
import { resolve } from "node:path";
import { z } from "zod";
import { queueTrials } from "../../app/jobs/queue-runs.ts";
import { trainingJobs } from "../../app/runs/run-job.ts";
import { jobsOfSweep, resumeSweep, stopSweep, sweepControl } from "../../app/runs/sweep-jobs.ts";
import { type ListedTrial, listSweeps } from "../../app/runs/sweeps.ts";
import { type FormSweep, sizeOf, sweepOfForm } from "../../app/train/form-sweep.ts";
import { freeFolder } from "../../app/train/suggested-run.ts";
import type { Job } from "../../store/index.ts";
import { notFound, unprocessable } from "../http/errors.ts";
import { defineRoute, type Route, type RouteGroup } from "../route.ts";
import type { Studio } from "../studio.ts";
import { JobShape, toldJob } from "./jobs.ts";
import { AnyJson, Priority } from "./shared.ts";
import { Filled, formRequest, Problem, takenFolders } from "./train-form.ts";

/** As many runs as are checked within a moment; more are a file's, with ft train sweep. */
const mostTrials = 100;

const Grid = z
  .record(z.string().min(1).max(200), z.array(z.unknown()).min(1).max(mostTrials))
  .describe("Values to try, by dotted key");

const Varied = Filled.extend({
  grid: Grid,
  folder: z
    .string()
    .max(4000)
    .optional()
    .describe("Folder of the sweep; default: output_dir, otherwise a free one"),
});

async function sweepOf(studio: Studio, asked: z.infer<typeof Varied>): Promise<FormSweep> {
  const { grid } = asked;
  const count = sizeOf(grid);
  if (Object.keys(grid).length === 0) throw unprocessable("no setting has several values", "grid");
  if ("output_dir" in grid)
    throw unprocessable("each run gets its own folder inside that of the sweep", "grid.output_dir");
  if (count > mostTrials)
    throw unprocessable(
      `this makes ${count} runs; at most ${mostTrials} can be started here. Use ft train sweep for more`,
      "grid",
    );
  const form = await formRequest(studio, asked);
  const taken = await takenFolders(studio);
  const text = (key: string): string => {
    const value = form.values[key];
    return typeof value === "string" ? value : "";
  };
  const named = { model: text("model.name"), data: text("data.train_file"), taken, end: "sweep" };
  const own = asked.folder ?? text("output_dir");
  const folder = own === "" ? freeFolder(studio.environment, named) : resolve(own);
  return await sweepOfForm(form, grid, folder);
}

const settings = z.record(z.string(), AnyJson);

const trials = defineRoute({
  method: "POST",
  path: "/api/v1/train/form/trials",
  about: "Preview a sweep: the runs it would start, each checked",
  body: Varied.meta({ id: "FormToVary" }),
  answers: {
    200: z
      .object({
        folder: z.string(),
        trials: z.array(z.object({ folder: z.string(), settings, problems: z.array(Problem) })),
        ready: z.boolean().describe("Whether all of them can start"),
      })
      .meta({ id: "FormTrials" }),
  },
  refusals: { 422: "No setting varies, or there are too many combinations" },
  run: async (studio, { body }) => {
    const { folder, trials: all, sweep } = await sweepOf(studio, body);
    return { folder, trials: all, ready: sweep !== undefined };
  },
});

const start = defineRoute({
  method: "POST",
  path: "/api/v1/train/form/sweep",
  about: "Start a sweep: check all combinations of values, then queue a run for each",
  body: Varied.extend({
    priority: Priority,
    force: z
      .boolean()
      .default(false)
      .describe("Start runs that are estimated not to fit into memory, too"),
  }).meta({ id: "SweepToStart" }),
  answers: {
    200: z
      .object({
        folder: z.string(),
        trials: z.array(
          z.object({
            folder: z.string(),
            job: JobShape.nullable().describe("Null where it is complete already"),
          }),
        ),
      })
      .meta({ id: "StartedSweep" }),
  },
  refusals: { 422: "No setting varies, there are too many combinations, or a run cannot start" },
  run: async (studio, { body }) => {
    studio.requireOpen();
    const { folder, trials: all, sweep } = await sweepOf(studio, body);
    if (sweep === undefined) {
      const [first] = all.flatMap(({ problems }) => problems);
      throw unprocessable(first?.message ?? "the settings are invalid", first?.field ?? undefined);
    }
    const { force, priority } = body;
    const how = { ...{ extensions: [], profile: false, maySleep: false }, force, priority };
    const queued = await queueTrials(studio.store, studio.environment, sweep, how);
    return {
      folder,
      trials: queued.map(({ folder: place, job }) => {
        return { folder: place, job: job === undefined ? null : toldJob(job) };
      }),
    };
  },
});

const TrialShape = z.object({
  folder: z.string(),
  run_id: z.string().nullable(),
  job_id: z.string().nullable().describe("The job that trains it or has trained it"),
  status: z.string().describe("Status of the run; before it starts, of its job"),
  error: z.string().nullable().describe("Why its job failed"),
  values: z.array(AnyJson).describe("In the order of parameters"),
  step: z.int(),
  train_loss: z.number().nullable(),
  best_loss: z.number().nullable(),
  seconds: z.number().nullable(),
});

function toldTrial(
  { runId, trainLoss, bestLoss, status, ...trial }: ListedTrial,
  jobs: ReadonlyMap<string, Job>,
): z.infer<typeof TrialShape> {
  const job = jobs.get(trial.folder);
  const ahead = job === undefined || job.status === "completed" ? status : job.status;
  return {
    ...trial,
    ...{ run_id: runId, train_loss: trainLoss, best_loss: bestLoss, job_id: job?.id ?? null },
    status: runId === null ? ahead : status,
    error: job?.status === "failed" ? job.error : null,
  };
}

const list = defineRoute({
  method: "GET",
  path: "/api/v1/sweeps",
  about:
    "List sweeps with the settings that vary, the results of each trial and what is still queued",
  answers: {
    200: z
      .object({
        sweeps: z.array(
          z.object({
            name: z.string(),
            folder: z.string(),
            parameters: z.array(z.string()),
            trials: z.array(TrialShape),
            can_stop: z.boolean(),
            can_resume: z.boolean(),
          }),
        ),
      })
      .meta({ id: "Sweeps" }),
  },
  run: async ({ store }) => {
    const jobs = await trainingJobs(store);
    return {
      sweeps: listSweeps(jobs.keys()).map((sweep) => {
        const { canStop, canResume } = sweepControl(jobsOfSweep(jobs, sweep.folder));
        const told = sweep.trials.map((trial) => toldTrial(trial, jobs));
        return { ...sweep, trials: told, can_stop: canStop, can_resume: canResume };
      }),
    };
  },
});

const deeds = { stop: stopSweep, resume: resumeSweep } as const;

const did = (deed: keyof typeof deeds, about: string): Route =>
  defineRoute({
    method: "POST",
    path: `/api/v1/sweeps/${deed}`,
    about,
    body: z
      .object({ folder: z.string().min(1).max(4000).describe("Folder of the sweep") })
      .meta({ id: `Sweep_${deed}` }),
    answers: {
      200: z.object({ jobs: z.int().describe("Jobs affected") }).meta({ id: `Sweep_${deed}_done` }),
    },
    refusals: { 404: "No job of the queue trains into that folder" },
    run: async ({ store, requireOpen }, { body: { folder } }) => {
      requireOpen();
      const known = jobsOfSweep(await trainingJobs(store), folder);
      if (known.length === 0)
        throw notFound(
          "no job of this queue belongs to that sweep",
          "stop a sweep that was started in a terminal there; the same command continues it",
        );
      return { jobs: await deeds[deed](store, folder) };
    },
  });

export const sweepRoutes: RouteGroup = {
  name: "sweeps",
  about: "Sweeps: one run per combination of values",
  routes: [
    ...[trials, start, list],
    did("stop", "Cancel the unfinished jobs of a sweep; their checkpoints are kept"),
    did(
      "resume",
      "Resume a sweep: run again what failed or was cancelled, continue what is paused",
    ),
  ],
};
