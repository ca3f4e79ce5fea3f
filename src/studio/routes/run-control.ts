// What can be done to a run now, /api/v1/runs/{id}/pause, stop and resume: by the job that trains it, or, of a run that was
// started in a terminal of this machine, by its process.
import { z } from "zod";
import { continueRun, controlOf, runOfJob, wasTooLarge } from "../../app/runs/run-job.ts";
import { askToStop, goesOnWith } from "../../app/runs/stop-run.ts";
import { followedRun } from "../../runs/index.ts";
import { ApiError } from "../../serve/http/api-error.ts";
import { cancelJob, findJob, pauseJob, resumeJob } from "../../store/index.ts";
import { defineRoute, type Route } from "../route.ts";
import { JobShape, toldJob } from "./jobs.ts";

const name = z.string().min(1).max(100).describe("Its id, or the start of it");
const named = z.object({ id: name });

const Control = z
  .object({
    job: JobShape.nullable(),
    can_pause: z.boolean(),
    can_stop: z.boolean(),
    can_resume: z.boolean(),
    is_stopping: z.boolean().describe("Its process has been asked, and saves its last checkpoint"),
  })
  .meta({ id: "RunControl" });

const control = defineRoute({
  method: "GET",
  path: "/api/v1/runs/{id}/control",
  about: "The job that trains a run, and what can be done to it now",
  params: named,
  answers: { 200: Control },
  run: async ({ store }, { params }) => {
    const found = await controlOf(store, followedRun(params.id));
    const { job, canPause, canStop, canResume, isStopping } = found;
    return {
      job: job === null ? null : toldJob(job),
      ...{ can_pause: canPause, can_stop: canStop, can_resume: canResume },
      is_stopping: isStopping,
    };
  },
});

const ofJob = defineRoute({
  method: "GET",
  path: "/api/v1/jobs/{id}/run",
  about: "The run that a job of training has begun",
  params: named,
  answers: {
    200: z
      .object({
        run_id: z.string().nullable().describe("Null before it has begun"),
        does_not_fit: z
          .boolean()
          .describe("It was refused for its memory; with force it starts all the same"),
      })
      .meta({ id: "RunOfJob" }),
  },
  run: async ({ store }, { params }) => {
    const job = await findJob(store, params.id);
    const run_id = runOfJob(job)?.runId ?? null;
    return { run_id, does_not_fit: await wasTooLarge(store, job) };
  },
});

const refused = {
  pause: "it is not being trained by a job of this queue",
  stop: "nobody on this machine trains it",
  resume: "it is complete, or still goes on",
} as const;

const refusals = { 409: "As things stand, that cannot be done to it" };

function requireThat(can: boolean, deed: keyof typeof refused): void {
  if (!can) throw new ApiError(409, { message: refused[deed], code: "as_it_stands" });
}

const pause = defineRoute({
  method: "POST",
  path: "/api/v1/runs/{id}/pause",
  about: "Saves a checkpoint and waits: what comes after it in the queue begins",
  params: named,
  answers: { 200: JobShape },
  refusals,
  run: async ({ store }, { params }) => {
    const { job, canPause } = await controlOf(store, followedRun(params.id));
    requireThat(canPause, "pause");
    return toldJob(await pauseJob(store, job?.id ?? ""));
  },
});

const stop = defineRoute({
  method: "POST",
  path: "/api/v1/runs/{id}/stop",
  about:
    "Saves a checkpoint and ends the job, or the process of a terminal; the run can go on later",
  params: named,
  answers: {
    200: z
      .object({
        job: JobShape.nullable().describe("Null for a run of a terminal"),
        goes_on_with: z.string().describe("The command with which it goes on in a terminal"),
      })
      .meta({ id: "RunStopped" }),
  },
  refusals,
  run: async ({ store, environment, ending }, { params }) => {
    const run = followedRun(params.id);
    const { job, canStop, isOnItsOwn } = await controlOf(store, run);
    requireThat(canStop, "stop");
    const goes_on_with = goesOnWith(run);
    if (!isOnItsOwn) return { job: toldJob(await cancelJob(store, job?.id ?? "")), goes_on_with };
    await askToStop(run.outputDir, { environment, signal: ending });
    return { job: null, goes_on_with };
  },
});

const resume = defineRoute({
  method: "POST",
  path: "/api/v1/runs/{id}/resume",
  about: "Goes on from the last checkpoint",
  params: named,
  answers: { 200: JobShape },
  refusals,
  run: async ({ store, environment, requireOpen }, { params }) => {
    const run = followedRun(params.id);
    const { job, canResume } = await controlOf(store, run);
    requireThat(canResume, "resume");
    if (job?.status === "paused") return toldJob(await resumeJob(store, job.id));
    requireOpen();
    return toldJob(await continueRun(store, run, environment));
  },
});

export const runControlRoutes: readonly Route[] = [control, pause, stop, resume, ofJob];
