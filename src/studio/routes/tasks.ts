// /api/generator, /api/quality and /api/tasks: jobs of the dataset creator, by their numbers. Status is the queue's; counts
// are those of the job's row, which is written with the rows it counts.
import { z } from "zod";
import { jobKinds } from "../../app/jobs/kinds/registry.ts";
import { submitJob } from "../../app/jobs/submit.ts";
import {
  cancelJob,
  deleteJob,
  failuresOf,
  inTransaction,
  isEnded,
  type Job,
  readJob,
  type Store,
} from "../../store/index.ts";
import {
  isShownKind,
  jobOfPlatformId,
  platformIdOf,
  type ShownKind,
  shownJobs,
  shownStatus,
} from "../../store/platform/index.ts";
import { loadDomains, subdomainOf } from "../../synth/domains/catalogue.ts";
import { notFound } from "../http/errors.ts";
import { defineRoute, type Route, type RouteGroup } from "../route.ts";
import type { Studio } from "../studio.ts";
import { Failures } from "./jobs.ts";
import { QualityCriteria, QualityRubric } from "./quality-choices.ts";
import { AnyJson, Asked, Paging, PathNumber, Time } from "./shared.ts";

const statuses = ["pending", "running", "completed", "failed", "cancelled"] as const;
type Status = (typeof statuses)[number];

const statusOf = ({ status }: Job): Status => shownStatus(status);

const count = z.int().min(0);

const Common = {
  id: z.int(),
  job_id: z.int().describe("Same as id"),
  queue_id: z.string().describe("Id of the job under /api/v1/jobs"),
  type: z.string(),
  status: z.enum(statuses),
  is_paused: z.boolean().describe("Whether it waits for a person to fix something"),
  paused_because: z
    .string()
    .nullable()
    .describe("What to fix before it can be resumed; null where you paused it"),
  dataset_id: z.int().nullable(),
  parameters: AnyJson,
  progress: z.number().min(0).max(1).describe("Share of the job that is done"),
  created_at: Time,
  started_at: Time.nullable(),
  completed_at: Time.nullable(),
  errors: z.array(AnyJson),
};

const Task = z
  .object({
    ...Common,
    title: z.string(),
    examples_generated: count.optional(),
    examples_requested: count.nullable().optional(),
    examples_processed: count.optional(),
    examples_kept: count.optional(),
    examples_fixed: count.optional(),
    examples_removed: count.optional(),
    avg_quality_score: z.number().nullable().optional(),
    result_file_path: z.string().nullable().optional(),
    failures: Failures.optional().describe("Failures with how to fix them; not in lists"),
  })
  .meta({ id: "Task" });

type Task = z.infer<typeof Task>;

const iso = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : new Date(milliseconds).toISOString();

interface PlatformRow {
  dataset_id: number | null;
  parameters: string;
  errors: string | null;
}

/** Columns that rows of jobs of a kind count in. */
const counted: Readonly<Record<ShownKind, readonly string[]>> = {
  generation: ["examples_generated", "examples_requested"],
  quality: [
    ...["examples_processed", "examples_kept", "examples_fixed", "examples_removed"],
    ...["avg_quality_score", "result_file_path"],
  ],
};

async function rowOf(
  { db }: Store,
  kind: string,
  id: number,
): Promise<{ row: PlatformRow; counts: Record<string, unknown> } | undefined> {
  if (!isShownKind(kind)) return undefined;
  const row = await db
    .selectFrom(shownJobs[kind])
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const all = row as unknown as Record<string, unknown>;
  const counts = Object.fromEntries(counted[kind].map((name) => [name, all[name] ?? null]));
  return { row: row as PlatformRow, counts };
}

const parsed = (text: string | null | undefined): unknown[] => {
  const value: unknown = text == null ? [] : JSON.parse(text);
  return Array.isArray(value) ? value : [value];
};

async function toldTask(store: Store, id: number, job: Job): Promise<Task> {
  const found = await rowOf(store, job.kind, id);
  const { total, done, failed } = job.units;
  const reasons = parsed(found?.row.errors);
  const ended = statusOf(job) === "failed" && job.error !== null ? [job.error] : [];
  return {
    ...{ id, job_id: id, queue_id: job.id, type: job.kind, title: job.title },
    ...{ status: statusOf(job), is_paused: job.status === "paused" },
    paused_because: job.status === "paused" ? job.error : null,
    dataset_id: found?.row.dataset_id ?? null,
    parameters: found === undefined ? job.parameters : JSON.parse(found.row.parameters),
    progress: total === 0 ? 0 : Math.min(1, (done + failed) / total),
    created_at: iso(job.createdAt) ?? "",
    ...{ started_at: iso(job.startedAt), completed_at: iso(job.finishedAt) },
    errors: reasons.length > 0 ? reasons : ended,
    ...found?.counts,
  };
}

/** As somebody sees it who asks for this one. */
async function shownTask(store: Store, id: number, job: Job): Promise<Task> {
  return { ...(await toldTask(store, id, job)), failures: await failuresOf(store, job.id) };
}

/** Throws FT-STUDIO-404 where the number is that of another kind, or of none. */
async function jobOf(store: Store, id: number, kind?: string): Promise<Job> {
  const found = await jobOfPlatformId(store.db, id);
  if (found === undefined || (kind !== undefined && found.kind !== kind))
    throw notFound(`there is no ${kind ?? ""} job ${id}`.replace("  ", " "), "GET /api/tasks");
  return await readJob(store.db, found.jobId);
}

const Started = z
  .object({
    job_id: z.int(),
    dataset_id: z.int().nullable(),
    queue_id: z.string().describe("Id of the job under /api/v1/jobs"),
    status: z.enum(statuses),
  })
  .meta({ id: "StartedJob" });

async function started(studio: Studio, kind: string, parameters: unknown) {
  const { environment, store } = studio;
  studio.requireOpen();
  const job = await submitJob(store, kind, parameters, { environment });
  const id = await platformIdOf(store.db, job.id);
  if (id === undefined) throw new TypeError(`a ${kind} job without a number`);
  const found = await rowOf(store, kind, id);
  const dataset_id = found?.row.dataset_id ?? null;
  return { job_id: id, dataset_id, queue_id: job.id, status: statusOf(job) };
}

const startGeneration = defineRoute({
  method: "POST",
  path: "/api/generator/start",
  about: "Queue the generation of a dataset and return immediately",
  body: z
    .object({
      domain: z.string().min(1).max(200).describe("Key or name of the domain"),
      subdomain: z.string().min(1).max(200).describe("Key or name of the subdomain"),
      num_examples: z.int().min(1).max(1_000_000).describe("Number of rows to generate"),
      format_type: z.enum(["chat", "instruction"]).default("chat").describe("Format of the rows"),
      language: z
        .string()
        .min(1)
        .max(100)
        .default("en")
        .describe("Language tag, or English name of the language"),
      seed: z.int().optional().describe("Seed of the parameters drawn for each row"),
      ...Asked,
      temperature: z.number().min(0).max(2).optional(),
      name: z.string().min(1).max(300).optional().describe("Name of the dataset"),
    })
    .meta({ id: "Generation" }),
  answers: { 200: Started },
  refusals: { 400: "The queue refused the job", 404: "No such domain or subdomain" },
  run: async (studio, { body }) => {
    const domain = loadDomains(studio.environment).get(body.domain);
    const subdomain = subdomainOf(domain, body.subdomain);
    const { num_examples, format_type, model, language, ...more } = body;
    return await started(studio, "generation", {
      ...more,
      ...{ domain: domain.key, subdomain: subdomain.key, language },
      ...{ count: num_examples, format: format_type },
      ...(model !== undefined && { models: [model] }),
    });
  },
});

const startQuality = defineRoute({
  method: "POST",
  path: "/api/quality/start",
  about:
    "Queue quality control of a dataset and return immediately. Rows are sent to the provider: one call per row, up to four more per row that is rewritten",
  body: z
    .object({
      dataset_id: z.int().min(1),
      batch_size: z.int().min(1).max(100).default(10).describe("Rows judged concurrently"),
      min_quality_score: z.number().min(0).max(10).default(7).describe("Minimum score of a row"),
      auto_fix: z.boolean().default(true).describe("Rewrite rows below the minimum score"),
      auto_remove: z
        .boolean()
        .default(false)
        .describe("Remove rows that stay below the minimum score"),
      ...Asked,
      criteria: QualityCriteria,
      rubric: QualityRubric,
    })
    .meta({ id: "QualityControl" }),
  answers: { 200: Started },
  refusals: { 400: "The queue refused the job", 404: "No such dataset" },
  run: async (studio, { body }) =>
    await started(studio, "quality", {
      source: { dataset: body.dataset_id },
      settings: {
        ...{ batchSize: body.batch_size, minQualityScore: body.min_quality_score },
        ...{ autoFix: body.auto_fix, autoRemove: body.auto_remove },
        ...(body.criteria !== undefined && { criteria: body.criteria }),
      },
      ...(body.rubric !== undefined && { rubric: body.rubric }),
      provider: {
        ...(body.provider !== undefined && { name: body.provider }),
        ...(body.model !== undefined && { models: [body.model] }),
      },
    }),
});

const ofKind = (kind: string, group: string): [Route, Route] => [
  defineRoute({
    method: "GET",
    path: `/api/${group}/status/{job_id}`,
    about: "Get the status of a job",
    params: z.object({ job_id: PathNumber }),
    answers: { 200: Task },
    run: async ({ store }, { params }) =>
      await shownTask(store, params.job_id, await jobOf(store, params.job_id, kind)),
  }),
  defineRoute({
    method: "POST",
    path: `/api/${group}/cancel/{job_id}`,
    about: "Cancel a job; its results so far are kept",
    params: z.object({ job_id: PathNumber }),
    answers: { 200: Task },
    refusals: { 409: "The job has ended" },
    run: async ({ store }, { params }) => await cancelled(store, params.job_id, kind),
  }),
];

async function cancelled(store: Store, id: number, kind?: string): Promise<Task> {
  const job = await cancelJob(store, (await jobOf(store, id, kind)).id);
  return await shownTask(store, id, job);
}

const list = defineRoute({
  method: "GET",
  path: "/api/tasks",
  about: "List generation and quality jobs, newest first",
  query: z.object({
    status: z.enum(statuses).optional(),
    type: z.string().min(1).max(100).optional().describe("generation or quality"),
    ...Paging,
  }),
  answers: { 200: z.array(Task) },
  run: async ({ store }, { query: { status, type, limit, offset } }) => {
    const wanted = status === "pending" ? ["pending", "paused"] : [status ?? ""];
    const rows = await store.db
      .selectFrom("platform_jobs")
      .innerJoin("jobs", "jobs.id", "platform_jobs.job_id")
      .select(["platform_jobs.id as number", "jobs.id as job"])
      .$if(status !== undefined, (found) => found.where("jobs.status", "in", wanted as Status[]))
      .$if(type !== undefined, (found) => found.where("jobs.kind", "=", type as string))
      .orderBy("platform_jobs.id", "desc")
      .limit(limit)
      .offset(offset)
      .execute();
    const tasks: Task[] = [];
    for (const { number, job } of rows)
      tasks.push(await toldTask(store, number, await readJob(store.db, job)));
    return tasks;
  },
});

const numbered = z.object({ id: PathNumber });

const show = defineRoute({
  method: "GET",
  path: "/api/tasks/{id}",
  about: "Get a job",
  params: numbered,
  answers: { 200: Task },
  run: async ({ store }, { params }) =>
    await shownTask(store, params.id, await jobOf(store, params.id)),
});

const cancel = defineRoute({
  method: "POST",
  path: "/api/tasks/{id}/cancel",
  about: "Cancel a job; its results so far are kept",
  params: numbered,
  answers: { 200: Task },
  refusals: { 409: "The job has ended" },
  run: async ({ store }, { params }) => await cancelled(store, params.id),
});

/** The queue's job with its units and events, and the row that shows it. */
async function forget(store: Store, id: number, job: Job): Promise<void> {
  await inTransaction(store.db, async (db) => {
    await deleteJob({ ...store, db }, job.id);
    if (isShownKind(job.kind))
      await db.deleteFrom(shownJobs[job.kind]).where("id", "=", id).execute();
  });
}

const remove = defineRoute({
  method: "DELETE",
  path: "/api/tasks/{id}",
  about: "Delete the record of a job, cancelling it first if it is running. Its dataset remains",
  params: numbered,
  answers: { 200: z.object({ deleted: z.int() }).meta({ id: "DeletedTask" }) },
  refusals: { 409: "A row of the job is being processed" },
  run: async ({ store }, { params }) => {
    const job = await jobOf(store, params.id);
    if (!isEnded(job.status)) await cancelJob(store, job.id);
    await forget(store, params.id, job);
    return { deleted: params.id };
  },
});

/** Kinds that other files bring: a route of one that is not there would promise what nobody does. */
const startOf = (kind: string, route: Route): Route[] => (jobKinds.has(kind) ? [route] : []);

export const generatorRoutes: RouteGroup = {
  name: "generator",
  about: "Generate datasets with a model",
  routes: [...startOf("generation", startGeneration), ...ofKind("generation", "generator")],
};

export const qualityRoutes: RouteGroup = {
  name: "quality",
  about: "Check, score, rewrite and remove rows",
  routes: [...startOf("quality", startQuality), ...ofKind("quality", "quality")],
};

export const taskRoutes: RouteGroup = {
  name: "tasks",
  about: "Generation and quality jobs",
  routes: [list, show, cancel, remove],
};
