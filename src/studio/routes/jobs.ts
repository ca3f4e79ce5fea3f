// /api/v1/jobs: everything in the queue, whatever its kind: how far it is, what it costs, its log, and what a person does
// to it. Events of one job, or of all, as they come.
import { z } from "zod";
import {
  cancelJob,
  deleteJob,
  eventsAfter,
  failuresOf,
  findJob,
  isEnded,
  type Job,
  type JobEvent,
  lastEventId as newestEventId,
  listJobs,
  listUnits,
  pauseJob,
  progressOf,
  resumeJob,
  retryJob,
  setPriority,
  type Store,
} from "../../store/index.ts";
import { toldEvent } from "../event-hub.ts";
import { defineRoute, EventsAnswer, noContent, type Route, type RouteGroup } from "../route.ts";
import type { Studio } from "../studio.ts";
import { AnyJson, Paging, Time, timeOf, timeOrNull } from "./shared.ts";

const statuses = ["pending", "running", "paused", "completed", "failed", "cancelled"] as const;
const dollars = z.number().min(0).describe("Dollars");

export const JobShape = z
  .object({
    id: z.string(),
    kind: z.string(),
    title: z.string(),
    status: z.enum(statuses),
    priority: z.int(),
    parameters: AnyJson,
    units: z.object({ total: z.int(), done: z.int(), failed: z.int() }),
    spent: dollars,
    result: AnyJson.describe("What the job returned; its form depends on the kind"),
    error: z.string().nullable(),
    created_at: Time,
    started_at: Time.nullable(),
    finished_at: Time.nullable(),
  })
  .meta({ id: "Job" });

const nano = 1e9;

export function toldJob(job: Job): z.infer<typeof JobShape> {
  const { id, kind, title, status, priority, parameters, units, result, error } = job;
  return {
    ...{ id, kind, title, status, priority, parameters, units, result, error },
    spent: job.spent / nano,
    created_at: timeOf(job.createdAt),
    started_at: timeOrNull(job.startedAt),
    finished_at: timeOrNull(job.finishedAt),
  };
}

const named = z.object({
  id: z.string().min(1).max(100).describe("Job id, or a unique prefix of it"),
});

const list = defineRoute({
  method: "GET",
  path: "/api/v1/jobs",
  about: "List jobs, newest first",
  query: z.object({
    status: z.enum(statuses).optional(),
    kind: z.string().max(100).optional().describe("A kind of GET /api/v1/kinds"),
    ...Paging,
  }),
  answers: { 200: z.object({ jobs: z.array(JobShape) }).meta({ id: "Jobs" }) },
  run: async ({ store }, { query: { status, kind, limit, offset } }) => {
    const wanted = { ...(status && { status }), ...(kind !== undefined && { kind }) };
    return { jobs: (await listJobs(store, { ...wanted, limit, offset })).map(toldJob) };
  },
});

const count = z.int().min(0);

export const Failures = z
  .array(
    z.object({
      key: z.string().describe("Key of the unit"),
      status: z
        .string()
        .describe("failed; ready where it will be retried; done where it brought nothing"),
      attempts: z.int(),
      reason: z.string(),
      code: z.string().nullable(),
      hint: z.string().nullable().describe("How to fix it"),
      at: z.number().describe("Unix time in milliseconds"),
    }),
  )
  .describe("The last failure of each unit, 20 at most");

const JobProgress = z
  .object({
    job: JobShape,
    units: z.object({
      ...{ ready: count, leased: count, done: count, failed: count, cancelled: count },
    }),
    rate: z.number().nullable().describe("Units per second"),
    seconds_left: z.number().nullable(),
    spending: z.object({
      spent: dollars,
      calls: AnyJson.describe("Calls by outcome, and their tokens"),
    }),
    failures: Failures,
  })
  .meta({ id: "JobProgress" });

const show = defineRoute({
  method: "GET",
  path: "/api/v1/jobs/{id}",
  about: "Get a job with its progress, speed, remaining time and cost",
  params: named,
  answers: { 200: JobProgress },
  run: async ({ store }, { params }) => {
    const { id } = await findJob(store, params.id);
    const { job, units, rate, secondsLeft, spending } = await progressOf(store, id);
    const { spent, ...calls } = spending;
    const failures = await failuresOf(store, id);
    return {
      ...{ job: toldJob(job), units, rate, seconds_left: secondsLeft },
      failures,
      spending: { spent: spent / nano, calls },
    };
  },
});

type Deed = (store: Store, id: string) => Promise<Job>;

const did = (word: string, about: string, deed: Deed): Route =>
  defineRoute({
    method: "POST",
    path: `/api/v1/jobs/{id}/${word}`,
    about,
    params: named,
    answers: { 200: JobShape },
    refusals: { 409: "Not possible in the current state of the job" },
    run: async ({ store }, { params }) => {
      const { id } = await findJob(store, params.id);
      return toldJob(await deed(store, id));
    },
  });

const prefer = defineRoute({
  method: "PUT",
  path: "/api/v1/jobs/{id}/priority",
  about: "Set the priority of a job; higher priorities start first",
  params: named,
  body: z.object({ priority: z.int().min(-1000).max(1000) }).meta({ id: "JobPriority" }),
  answers: { 200: JobShape },
  run: async ({ store }, { params, body }) => {
    const { id } = await findJob(store, params.id);
    return toldJob(await setPriority(store, id, body.priority));
  },
});

const remove = defineRoute({
  method: "DELETE",
  path: "/api/v1/jobs/{id}",
  about: "Delete a finished job from the queue",
  params: named,
  answers: { 200: z.object({ deleted: z.string() }).meta({ id: "DeletedJob" }) },
  refusals: { 409: "The job is being worked on" },
  run: async ({ store }, { params }) => {
    const { id } = await findJob(store, params.id);
    await deleteJob(store, id);
    return { deleted: id };
  },
});

const UnitShape = z
  .object({
    id: z.int(),
    key: z.string(),
    kind: z.string(),
    status: z.enum(["ready", "leased", "done", "failed", "cancelled"]),
    attempts: z.int(),
    result: AnyJson,
    error: z.string().nullable(),
    spent: dollars,
    finished_at: Time.nullable(),
  })
  .meta({ id: "Unit" });

const units = defineRoute({
  method: "GET",
  path: "/api/v1/jobs/{id}/units",
  about: "List the units of a job, in order",
  params: named,
  query: z.object({
    status: z.enum(["ready", "leased", "done", "failed", "cancelled"]).optional(),
    after: z.coerce.number().int().min(0).default(0).describe("Only units after this id"),
    limit: Paging.limit,
  }),
  answers: { 200: z.object({ units: z.array(UnitShape) }).meta({ id: "Units" }) },
  run: async ({ store }, { params, query: { status, after, limit } }) => {
    const { id } = await findJob(store, params.id);
    const found = await listUnits(store, id, { ...(status && { status }), after, limit });
    return {
      units: found.map(
        ({ id: number, key, kind, status: now, attempts, result, error, ...unit }) => ({
          ...{ id: number, key, kind, status: now, attempts, result, error },
          spent: unit.spent / nano,
          finished_at: timeOrNull(unit.finishedAt),
        }),
      ),
    };
  },
});

const EventShape = z
  .object({
    id: z.int(),
    job_id: z.string(),
    unit_id: z.int().nullable(),
    at: Time,
    type: z.string(),
    data: AnyJson,
  })
  .meta({ id: "JobEvent" });

const log = defineRoute({
  method: "GET",
  path: "/api/v1/jobs/{id}/log",
  about: "List the events and log lines of a job, oldest first",
  params: named,
  query: z.object({
    after: z.coerce.number().int().min(0).default(0).describe("Only events after this id"),
    limit: Paging.limit,
  }),
  answers: { 200: z.object({ events: z.array(EventShape) }).meta({ id: "JobLog" }) },
  run: async ({ store }, { params, query: { after, limit } }) => {
    const { id } = await findJob(store, params.id);
    const events = await eventsAfter(store, { jobId: id, after, limit });
    return { events: events.map((event) => toldEvent(event).data) };
  },
});

const stream = { type: "text/event-stream", about: "One server-sent event per event, with its id" };
const resumed = z.object({
  last_event_id: z.string().optional().describe("Same as the header Last-Event-ID"),
});

const ends: readonly JobEvent["type"][] = ["job-completed", "job-failed", "job-cancelled"];

async function* ofJob(studio: Studio, id: string, after: number, signal: AbortSignal) {
  for await (const event of studio.events.follow({ after, jobId: id }, signal)) {
    yield toldEvent(event);
    if (!ends.includes(event.type)) continue;
    // a job that was tried again has an end in the middle
    const { status } = await findJob(studio.store, id);
    const later = await eventsAfter(studio.store, { jobId: id, after: event.id, limit: 1 });
    if (isEnded(status) && later.length === 0) return;
  }
}

const follow = defineRoute({
  method: "GET",
  path: "/api/v1/jobs/{id}/events",
  about: "Stream the events of a job, from the first or from the last one seen, until it ends",
  params: named,
  query: resumed,
  answers: {
    200: stream,
    204: { type: "text/plain", about: "The job has ended and all its events were seen" },
  },
  run: async (studio, { params, lastEventId, signal }) => {
    const { store } = studio;
    const { id, status } = await findJob(store, params.id);
    const after = lastEventId ?? 0;
    if (isEnded(status) && (await eventsAfter(store, { jobId: id, after, limit: 1 })).length === 0)
      return noContent;
    return new EventsAnswer(ofJob(studio, id, after, signal));
  },
});

async function* ofAll(studio: Studio, after: number, signal: AbortSignal) {
  for await (const event of studio.events.follow({ after }, signal)) yield toldEvent(event);
}

const followAll = defineRoute({
  method: "GET",
  path: "/api/v1/events",
  about: "Stream the events of all jobs, from now or from the last one seen",
  query: resumed,
  answers: { 200: stream },
  run: async (studio, { lastEventId, signal }) => {
    const after = lastEventId ?? (await newestEventId(studio.store));
    return new EventsAnswer(ofAll(studio, after, signal));
  },
});

export const jobRoutes: RouteGroup = {
  name: "jobs",
  about: "The job queue: generation, quality control, training, evaluation, export, upload",
  routes: [
    ...[list, show, units, log, follow],
    did("cancel", "Cancel a job; units in progress stop at their next heartbeat", cancelJob),
    did("pause", "Pause a job: start no more units until it is resumed", pauseJob),
    did("resume", "Resume a paused job", resumeJob),
    did("retry", "Retry the failed and cancelled units of a job", retryJob),
    ...[prefer, remove, followAll],
  ],
};
