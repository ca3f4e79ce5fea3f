// /v1/fine_tuning/jobs: training as clients of OpenAI's API ask for it. Each is a training job of the queue.
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { pageAfter } from "../../app/tuning/page-after.ts";
import {
  findTuning,
  listTunings,
  startTuning,
  type Tuning,
  tuningCheckpoints,
  tuningEvents,
  TuningRequest,
} from "../../app/tuning/tunings.ts";
import type { ServerEvent } from "../../serve/http/event-stream.ts";
import {
  cancelJob,
  isEnded,
  type Job,
  pauseJob,
  resumeJob,
  type Store,
} from "../../store/index.ts";
import { defineRoute, EventsAnswer, type Route, type RouteGroup } from "../route.ts";
import {
  CheckpointShape,
  EventShape,
  listOf,
  toldCheckpoint,
  toldEvent,
  toldList,
  toldTuning,
  TuningShape,
} from "./shapes.ts";

const named = z.object({ job_id: z.string().max(100) });

const paged = {
  after: z.string().optional().describe("Id of an item: return the items after it"),
  limit: z.coerce.number().int().min(1).max(100).default(20),
};

const create = defineRoute({
  method: "POST",
  path: "/v1/fine_tuning/jobs",
  about: "Create a fine-tuning job. Its settings and rows are checked now",
  body: TuningRequest,
  answers: { 200: TuningShape },
  run: async ({ store, environment }, { body }) => {
    const { id } = await startTuning(store, environment, body);
    return toldTuning(await findTuning(store, `ftjob-${id}`));
  },
});

const list = defineRoute({
  method: "GET",
  path: "/v1/fine_tuning/jobs",
  about: "List fine-tuning jobs, newest first",
  query: z.object(paged),
  answers: { 200: listOf(TuningShape, "TuningJobs") },
  run: async ({ store }, { query }) => {
    const { tunings, hasMore } = await listTunings(store, query);
    return toldList(tunings.map(toldTuning), hasMore);
  },
});

const show = defineRoute({
  method: "GET",
  path: "/v1/fine_tuning/jobs/{job_id}",
  about: "Get a fine-tuning job",
  params: named,
  answers: { 200: TuningShape },
  run: async ({ store }, { params }) => toldTuning(await findTuning(store, params.job_id)),
});

/** Milliseconds between two looks. */
const lookEvery = 300;

/** Events as they come, until the job has ended and all are told. */
async function* follow(
  store: Store,
  tuning: Tuning,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent, void> {
  const told = new Set<string>();
  while (!signal.aborted) {
    const { job } = await findTuning(store, tuning.id);
    for (const event of await tuningEvents(store, tuning)) {
      if (told.has(event.id)) continue;
      told.add(event.id);
      yield { data: toldEvent(event) };
    }
    if (isEnded(job.status)) break;
    await pause(lookEvery, undefined, { signal }).catch(() => undefined);
  }
  yield { data: "[DONE]" };
}

const events = defineRoute({
  method: "GET",
  path: "/v1/fine_tuning/jobs/{job_id}/events",
  about: "List the events of a job, newest first; with stream=true, stream them oldest first",
  params: named,
  query: z.object({ ...paged, stream: z.enum(["true", "false"]).default("false") }),
  answers: { 200: listOf(EventShape, "TuningEvents") },
  run: async ({ store }, { params, query: { after, limit, stream }, signal }) => {
    const tuning = await findTuning(store, params.job_id);
    if (stream === "true") return new EventsAnswer(follow(store, tuning, signal));
    const all = (await tuningEvents(store, tuning)).toReversed();
    const { items, hasMore } = pageAfter(all, { after, limit });
    return toldList(items.map(toldEvent), hasMore);
  },
});

const checkpoints = defineRoute({
  method: "GET",
  path: "/v1/fine_tuning/jobs/{job_id}/checkpoints",
  about: "List the checkpoints of a job, newest first",
  params: named,
  query: z.object(paged),
  answers: { 200: listOf(CheckpointShape, "TuningCheckpoints") },
  run: async ({ store }, { params, query: { after, limit } }) => {
    const tuning = await findTuning(store, params.job_id);
    const all = tuningCheckpoints(tuning).map((one) => toldCheckpoint(tuning, one));
    const { items, hasMore } = pageAfter(all, { after, limit });
    return toldList(items, hasMore);
  },
});

type Deed = (store: Store, id: string) => Promise<Job>;

const did = (word: string, about: string, deed: Deed): Route =>
  defineRoute({
    method: "POST",
    path: `/v1/fine_tuning/jobs/{job_id}/${word}`,
    about,
    params: named,
    answers: { 200: TuningShape },
    refusals: { 409: "Not possible in the current state of the job" },
    run: async ({ store }, { params }) => {
      const { id, job } = await findTuning(store, params.job_id);
      await deed(store, job.id);
      return toldTuning(await findTuning(store, id));
    },
  });

export const tuningJobRoutes: RouteGroup = {
  name: "Tuning jobs",
  about: "Compatible with OpenAI's fine-tuning API",
  routes: [
    create,
    list,
    show,
    events,
    checkpoints,
    did("cancel", "Cancel a job; it saves a checkpoint and ends within one step", cancelJob),
    did(
      "pause",
      "Pause a job after the current step, with a checkpoint, until it is resumed",
      pauseJob,
    ),
    did("resume", "Resume a paused job", resumeJob),
  ],
};
