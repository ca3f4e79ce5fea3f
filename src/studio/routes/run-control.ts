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

const name = z.string().min(1).max(100).describe("Run id, or a unique prefix of it");
const named = z.object({ id: name });

const Control = z
  .object({
    job: JobShape.nullable(),
    can_pause: z.boolean(),
    can_stop: z.boolean(),
    can_resume: z.boolean(),
    is_stopping: z
      .boolean()
      .describe("Its process was asked to stop and is saving its last checkpoint"),
  })
  .meta({ id: "RunControl" });

const control = defineRoute({
  method: "GET",
  path: "/api/v1/runs/{id}/control",
  about: "Get the job that trains a run, and the actions possible now",
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
  about: "Get the run that a training job started",
  params: named,
  answers: {
    200: z
      .object({
        run_id: z.string().nullable().describe("Null before it has started"),
        does_not_fit: z
          .boolean()
          .describe(
            "The run was refused because it does not fit into memory; force starts it anyway",
          ),
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
  pause: "no job of this queue is training it",
  stop: "no process on this machine is training it",
  resume: "it is complete, or still running",
} as const;

const refusals = { 409: "Not possible in the current state of the run" };

function requireThat(can: boolean, deed: keyof typeof refused): void {
  if (!can) throw new ApiError(409, { message: refused[deed], code: "as_it_stands" });
}

const pause = defineRoute({
  method: "POST",
  path: "/api/v1/runs/{id}/pause",
  about: "Pause a run: save a checkpoint and let the next job of the queue start",
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
    "Stop a run, whether a job or a terminal started it: save a checkpoint and end. It can be resumed",
  params: named,
  answers: {
    200: z
      .object({
        job: JobShape.nullable().describe("Null for a run started in a terminal"),
        goes_on_with: z.string().describe("Command that resumes it in a terminal"),
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
  about: "Resume a run from its last checkpoint",
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
