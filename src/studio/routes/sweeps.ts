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
import { AnyJson } from "./shared.ts";
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
    .describe("Of the sweep; the form's own, else one that is free"),
});

async function sweepOf(studio: Studio, asked: z.infer<typeof Varied>): Promise<FormSweep> {
  const { grid } = asked;
  const count = sizeOf(grid);
  if (Object.keys(grid).length === 0) throw unprocessable("no setting has several values", "grid");
  if ("output_dir" in grid)
    throw unprocessable("each run has a folder of its own below the sweep's", "grid.output_dir");
  if (count > mostTrials)
    throw unprocessable(
      `this makes ${count} runs, and a form starts ${mostTrials} at most: ft train sweep takes more`,
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
  about: "The runs that a form and several values for some of its settings make, each checked",
  body: Varied.meta({ id: "FormToVary" }),
  answers: {
    200: z
      .object({
        folder: z.string(),
        trials: z.array(z.object({ folder: z.string(), settings, problems: z.array(Problem) })),
        ready: z.boolean().describe("Nothing keeps them from starting"),
      })
      .meta({ id: "FormTrials" }),
  },
  refusals: { 422: "Nothing varies, or too much does" },
  run: async (studio, { body }) => {
    const { folder, trials: all, sweep } = await sweepOf(studio, body);
    return { folder, trials: all, ready: sweep !== undefined };
  },
});

const start = defineRoute({
  method: "POST",
  path: "/api/v1/train/form/sweep",
  about: "Puts a run for each combination of values into the queue, all of them checked before",
  body: Varied.extend({
    priority: z.int().min(-1000).max(1000).optional(),
    force: z.boolean().default(false).describe("Though they are estimated not to fit"),
  }).meta({ id: "SweepToStart" }),
  answers: {
    200: z
      .object({
        folder: z.string(),
        trials: z.array(
          z.object({ folder: z.string(), job: JobShape.nullable().describe("Null: it is done") }),
        ),
      })
      .meta({ id: "StartedSweep" }),
  },
  refusals: { 422: "Nothing varies, too much does, or a run cannot be started so" },
  run: async (studio, { body }) => {
    studio.requireOpen();
    const { folder, trials: all, sweep } = await sweepOf(studio, body);
    if (sweep === undefined) {
      const [first] = all.flatMap(({ problems }) => problems);
      throw unprocessable(first?.message ?? "the settings are wrong", first?.field ?? undefined);
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
  job_id: z.string().nullable().describe("The job that trains it, or has"),
  status: z.string().describe("Of the run; before it has begun, of its job"),
  error: z.string().nullable().describe("Why its job failed"),
  values: z.array(AnyJson).describe("In the order of the parameters"),
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
    "Sweeps: in which settings their trials differ, what came of each, what waits in the queue",
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
    body: z.object({ folder: z.string().min(1).max(4000) }).meta({ id: `Sweep_${deed}` }),
    answers: { 200: z.object({ jobs: z.int() }).meta({ id: `Sweep_${deed}_done` }) },
    refusals: { 404: "No job of the queue trains into that folder" },
    run: async ({ store, requireOpen }, { body: { folder } }) => {
      requireOpen();
      const known = jobsOfSweep(await trainingJobs(store), folder);
      if (known.length === 0)
        throw notFound(
          "no job of this queue trains for that sweep",
          "a sweep of a terminal is stopped there, and goes on with the same command",
        );
      return { jobs: await deeds[deed](store, folder) };
    },
  });

export const sweepRoutes: RouteGroup = {
  name: "sweeps",
  about: "One run after another over several values of some settings",
  routes: [
    ...[trials, start, list],
    did("stop", "Cancels the jobs of a sweep that have not ended; what they saved is kept"),
    did(
      "resume",
      "Does again what was cancelled or failed of a sweep, and goes on with what is paused",
    ),
  ],
};
