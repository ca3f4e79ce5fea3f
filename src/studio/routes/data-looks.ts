// /api/v1/data/{set}/looks: all rows of a set looked through: pictures, duplicates, another form. A small set is done when
// the answer comes; of a large one the answer names the job, whose events tell how far it is.
import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  dropDuplicates,
  exportChoices,
  type ExportedSet,
  folderOf,
  keptLook,
  type LookRequest,
  looks,
  lookThrough,
  notLooked,
  openSet,
  type OpenSet,
  readRequest,
} from "../../app/data/sets/index.ts";
import { submitJob } from "../../app/jobs/submit.ts";
import { type Job, listJobs } from "../../store/index.ts";
import { defineRoute, FileAnswer, type RouteGroup } from "../route.ts";
import type { Studio } from "../studio.ts";
import { SetName } from "./data-sets.ts";
import { AnyJson } from "./shared.ts";

const AnyObject = z.record(z.string(), z.unknown());
const lookOf = z.object({
  set: SetName,
  look: z.string().min(1).max(40).describe("pictures, duplicates or export"),
});

const LookShape = z
  .object({
    is_whole: z.boolean().describe("Whether the result covers all rows as they are now"),
    counted: z.int().describe("Rows counted so far"),
    rows: z.int().describe("Rows in the dataset"),
    at: z.string().nullable(),
    result: AnyJson.describe("Result for the rows counted so far; null where none exists yet"),
    job_id: z.string().nullable().describe("The job that is computing it"),
  })
  .meta({ id: "Look" });

const waits: readonly Job["status"][] = ["pending", "running", "paused"];

async function goingOn({ store }: Studio, parameters: LookRequest): Promise<Job | undefined> {
  const jobs = await listJobs(store, { kind: "look", parameters, limit: 5 });
  return jobs.find(({ status }) => waits.includes(status));
}

async function told(studio: Studio, set: OpenSet, request: LookRequest) {
  const found = keptLook(studio.environment, set, request);
  const job = found?.isWhole === true ? undefined : await goingOn(studio, request);
  return {
    ...{ is_whole: found?.isWhole ?? false, counted: found?.counted ?? 0, rows: set.rows },
    at: found === undefined ? null : new Date(found.at).toISOString(),
    ...{ result: found?.result ?? null, job_id: job?.id ?? null },
  };
}

const show = defineRoute({
  method: "GET",
  path: "/api/v1/data/{set}/looks/{look}",
  about: "Get the result of an analysis: charts, duplicates or an export",
  params: lookOf,
  query: z.object({
    options: z.string().max(2000).default("{}").describe("Options of the analysis, as JSON"),
  }),
  answers: { 200: LookShape },
  run: async (studio, { params, query }) => {
    const set = await openSet(studio.store, params.set);
    const request = readRequest({ ...params, options: JSON.parse(query.options) as unknown });
    return await told(studio, set, request);
  },
});

const begin = defineRoute({
  method: "POST",
  path: "/api/v1/data/{set}/looks/{look}",
  about: "Analyze all rows: immediately where they are few, otherwise as a job",
  params: lookOf,
  body: z
    .object({ options: AnyObject.default({}).describe("Options of the analysis") })
    .meta({ id: "LookRequest" }),
  answers: { 200: LookShape },
  run: async (studio, { params, body, signal }) => {
    const { store, environment } = studio;
    const set = await openSet(store, params.set);
    const request = readRequest({ ...params, ...body });
    const isDone = keptLook(environment, set, request)?.isWhole === true;
    if (!isDone && set.rows <= looks.get(request.look).rowsAtOnce)
      await lookThrough(store, environment, request, { signal });
    else if (!isDone && (await goingOn(studio, request)) === undefined) {
      studio.requireOpen();
      const title = `${looks.get(request.look).title} of ${set.title}`;
      await submitJob(store, "look", request, { environment, title });
    }
    return await told(studio, set, request);
  },
});

const file = defineRoute({
  method: "GET",
  path: "/api/v1/data/{set}/exported",
  about: "Download the file that the export analysis wrote",
  params: z.object({ set: SetName }),
  query: z.object({
    profile: z.string().max(100).default("openai-sft").describe("From /api/v1/export-forms"),
    format: z.string().max(20).default("jsonl").describe("From /api/v1/export-forms"),
  }),
  answers: { 200: { type: "application/octet-stream", about: "The file" } },
  run: async ({ store, environment }, { params, query }) => {
    const set = await openSet(store, params.set);
    const request = readRequest({ ...params, look: "export", options: query });
    const found = keptLook(environment, set, request);
    const made = found?.result as ExportedSet | undefined;
    const path = join(folderOf(environment, request), made?.file ?? "none");
    if (found?.isWhole !== true || made === undefined || !existsSync(path))
      throw notLooked("export");
    const stream = createReadStream(path);
    return new FileAnswer({
      ...{ stream, type: "application/octet-stream", name: made.file, bytes: made.bytes },
    });
  },
});

const dropping = defineRoute({
  method: "POST",
  path: "/api/v1/data/{set}/duplicates/drop",
  about: "Remove the duplicates that were found; removed rows can be restored",
  params: z.object({ set: SetName }),
  body: z
    .object({ options: AnyObject.default({}).describe("Options of the duplicates analysis") })
    .meta({ id: "DropDuplicates" }),
  answers: { 200: z.object({ dropped: z.int() }).meta({ id: "DroppedDuplicates" }) },
  run: async ({ store, environment }, { params, body }) => {
    const set = await openSet(store, params.set);
    const request = readRequest({ ...params, look: "duplicates", ...body });
    if (keptLook(environment, set, request)?.isWhole !== true) throw notLooked("duplicates");
    return { dropped: await dropDuplicates(store, set, folderOf(environment, request)) };
  },
});

const Choice = z.object({ name: z.string(), about: z.string() });

const choices = defineRoute({
  method: "GET",
  path: "/api/v1/export-forms",
  about: "List the formats and file types a dataset can be exported in",
  answers: {
    200: z
      .object({ profiles: z.array(Choice), formats: z.array(Choice) })
      .meta({ id: "ExportForms" }),
  },
  run: async () => exportChoices(),
});

export const dataLookRoutes: RouteGroup = {
  name: "looks",
  about: "Analyses of all rows of a dataset",
  routes: [show, begin, file, dropping, choices],
};
