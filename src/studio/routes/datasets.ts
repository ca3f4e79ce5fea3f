// /api/datasets, /api/examples and /api/utils: data sets and their rows, read, changed, taken in, combined, given out.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { z } from "zod";
import {
  convertDataset,
  exportCsv,
  keepVersion,
  mergeDatasets,
  sampleDataset,
  uploadDataset,
} from "../../app/platform/index.ts";
import { formattedRow } from "../../app/platform/row-format.ts";
import type { Environment } from "../../core/paths.ts";
import {
  type DatasetFormat,
  datasetsFolder,
  deleteDataset,
  type Example,
  fileInStep,
  listDatasets,
  listEdits,
  listExamples,
  type PlatformDataset,
  readDataset,
  readExample,
  removeExample,
  undoEdit,
  updateExample,
} from "../../store/platform/index.ts";
import { loadDomains } from "../../synth/domains/catalogue.ts";
import { plainName } from "../../synth/domains/domain.ts";
import type { JsonObject } from "../../text/types.ts";
import { unprocessable } from "../http/errors.ts";
import { defineRoute, FileAnswer, type RouteGroup } from "../route.ts";
import { AnyJson, Paging, PathNumber, Time } from "./shared.ts";

const format = z.enum(["chat", "instruction"]);
const score = z.number().min(0).max(10).nullable();
const AnyObject = z.record(z.string(), z.unknown());

export const DatasetShape = z
  .object({
    id: z.int(),
    name: z.string(),
    description: z.string().nullable(),
    domain: z.string(),
    subdomain: z.string().nullable(),
    format,
    example_count: z.int(),
    created_at: Time,
    updated_at: Time,
    file_path: z.string(),
    metadata: AnyObject,
  })
  .meta({ id: "Dataset" });

function toldDataset(dataset: PlatformDataset): z.infer<typeof DatasetShape> {
  const { id, name, description, domain, subdomain, metadata } = dataset;
  return {
    ...{ id, name, description, domain, subdomain, format: dataset.format, metadata },
    ...{ example_count: dataset.exampleCount, file_path: dataset.filePath },
    ...{ created_at: dataset.createdAt, updated_at: dataset.updatedAt },
  };
}

const ExampleShape = z
  .object({
    id: z.int(),
    dataset_id: z.int(),
    example_index: z.int(),
    content: AnyObject,
    quality_score: score,
    status: z.enum(["active", "removed"]),
    metadata: AnyObject,
    created_at: Time,
    updated_at: Time,
  })
  .meta({ id: "Example" });

function toldExample(example: Example): z.infer<typeof ExampleShape> {
  const { id, content, status, metadata } = example;
  return {
    ...{ id, dataset_id: example.datasetId, example_index: example.index, content, status },
    ...{ quality_score: example.qualityScore, metadata },
    ...{ created_at: example.createdAt, updated_at: example.updatedAt },
  };
}

const numbered = z.object({ id: PathNumber });
const newName = z.string().min(1).max(300).optional();

/** What data sets of a domain may carry: what was given, its key, its name. */
function domainNames(environment: Environment, given: string): string[] {
  const found = loadDomains(environment)
    .all()
    .filter(({ key, name }) => [key, plainName(name)].includes(plainName(given)));
  return [...new Set([given, ...found.flatMap(({ key, name }) => [key, name])])];
}

/** Throws ApiError 422 for a row that is not in the format of its data set. */
function requireRow(content: JsonObject, wanted: DatasetFormat): void {
  const read = formattedRow(content, 1);
  if ("fault" in read)
    throw unprocessable(
      read.fault.why,
      read.fault.field === "" ? "content" : `content.${read.fault.field}`,
    );
  if (read.format !== wanted)
    throw unprocessable(`the data set is in the format ${wanted}`, "content");
}

const list = defineRoute({
  method: "GET",
  path: "/api/datasets",
  about: "Data sets, newest first",
  query: z.object({
    domain: z.string().min(1).max(200).optional().describe("Its key or its name"),
    format: format.optional(),
    limit: z.coerce.number().int().min(1).max(10_000).default(1000),
    after: z.coerce.number().int().min(1).optional().describe("Those with lower ids"),
  }),
  answers: { 200: z.array(DatasetShape) },
  run: async ({ environment, store }, { query }) => {
    const { domain, ...rest } = query;
    const names = domain === undefined ? [undefined] : domainNames(environment, domain);
    const found: PlatformDataset[] = [];
    for (const name of names)
      found.push(...(await listDatasets(store, { ...rest, domain: name })).datasets);
    const newest = found.toSorted((a, b) => b.id - a.id).slice(0, query.limit);
    return newest.map(toldDataset);
  },
});

const show = defineRoute({
  method: "GET",
  path: "/api/datasets/{id}",
  about: "One data set",
  params: numbered,
  answers: { 200: DatasetShape },
  run: async ({ store }, { params }) => toldDataset(await readDataset(store, params.id)),
});

const examples = defineRoute({
  method: "GET",
  path: "/api/datasets/{id}/examples",
  about: "Rows of a data set, a page at a time, with how many there are",
  params: numbered,
  query: z.object({
    ...Paging,
    after: z.string().max(200).optional().describe("What the page before said in next"),
    status: z.enum(["active", "removed", "all"]).default("active"),
    search: z.string().min(1).max(500).optional().describe("Words that rows must have"),
    min_score: z.coerce.number().min(0).max(10).optional(),
    max_score: z.coerce.number().min(0).max(10).optional(),
    sort: z.enum(["index", "score", "-score"]).optional(),
  }),
  answers: {
    200: z
      .object({
        examples: z.array(ExampleShape),
        total: z.int(),
        limit: z.int(),
        offset: z.int(),
        next: z.string().nullable().describe("To be given as after; null after the last"),
      })
      .meta({ id: "Examples" }),
  },
  run: async ({ store }, { params, query }) => {
    const { limit, offset, after, status, search, sort } = query;
    const found = await listExamples(store, params.id, {
      ...{ limit, status, search, sort, minScore: query.min_score, maxScore: query.max_score },
      ...(after === undefined ? { offset } : { after }),
    });
    const { total, next } = found;
    return { examples: found.examples.map(toldExample), total, limit, offset, next };
  },
});

const remove = defineRoute({
  method: "DELETE",
  path: "/api/datasets/{id}",
  about: "Takes a data set out of the lists and removes its file",
  params: numbered,
  answers: { 200: z.object({ deleted: z.int() }).meta({ id: "Deleted" }) },
  run: async ({ store }, { params }) => {
    await deleteDataset(store, params.id);
    return { deleted: params.id };
  },
});

const download = defineRoute({
  method: "GET",
  path: "/api/datasets/{id}/download",
  about: "A data set as its file of JSON lines, or as CSV for spreadsheets",
  params: numbered,
  query: z.object({ format: z.enum(["jsonl", "csv"]).default("jsonl") }),
  answers: { 200: { type: "application/x-ndjson", about: "The file; with format=csv, text/csv" } },
  run: async ({ store }, { params, query }) => {
    const { filePath } = await readDataset(store, params.id);
    const name = basename(filePath);
    if (query.format === "csv") {
      const stream = Readable.from(exportCsv(store, params.id));
      const csv = name.replace(/\.jsonl$/, ".csv");
      return new FileAnswer({ stream, type: "text/csv; charset=utf-8", name: csv });
    }
    await fileInStep(store, params.id);
    const { size } = await stat(filePath);
    const stream = createReadStream(filePath, { end: Math.max(0, size - 1) });
    const whole = size === 0 ? Readable.from([]) : stream;
    return new FileAnswer({ stream: whole, type: "application/x-ndjson", name, bytes: size });
  },
});

const upload = defineRoute({
  method: "POST",
  path: "/api/datasets/upload",
  about: "A file of JSON lines as a data set; a bad line is told by its number",
  upload: z.object({
    name: z.string().optional().describe("Of the data set; else that of the file"),
    domain: z.string().optional(),
    description: z.string().optional(),
  }),
  answers: {
    200: z.object({ dataset_id: z.int(), dataset: DatasetShape }).meta({ id: "MadeDataset" }),
  },
  refusals: { 400: "No form", 413: "The file is too large" },
  run: async ({ environment, store }, { upload: { file, name, fields } }) => {
    const made = await uploadDataset(store, file, {
      name: fields["name"] ?? (name === "" ? "upload.jsonl" : name),
      folder: datasetsFolder(environment),
      domain: fields["domain"],
      description: fields["description"],
    });
    return { dataset_id: made.id, dataset: toldDataset(made) };
  },
});

const kept = defineRoute({
  method: "POST",
  path: "/api/v1/datasets/{id}/versions",
  about: "Keeps a data set as a version, of the set of its name",
  params: numbered,
  body: z.object({ message: z.string().max(1000).default("") }).meta({ id: "KeepVersion" }),
  answers: {
    200: z
      .object({ name: z.string(), version: z.int(), rows: z.int() })
      .meta({ id: "KeptVersion" }),
  },
  run: async ({ store }, { params, body }) => {
    const { name, version } = await keepVersion(store, params.id, body.message);
    return { name, version: version.number, rows: version.size };
  },
});

const edits = defineRoute({
  method: "GET",
  path: "/api/v1/datasets/{id}/edits",
  about: "What was changed by hand, newest first",
  params: numbered,
  query: z.object({ limit: Paging.limit }),
  answers: { 200: z.object({ edits: z.array(AnyJson) }).meta({ id: "Edits" }) },
  run: async ({ store }, { params, query }) => {
    await readDataset(store, params.id);
    return { edits: await listEdits(store, params.id, query) };
  },
});

const undo = defineRoute({
  method: "POST",
  path: "/api/v1/edits/{id}/undo",
  about: "Undoes a change",
  params: numbered,
  answers: { 200: ExampleShape },
  refusals: { 409: "The row has been changed since" },
  run: async ({ store }, { params }) => toldExample((await undoEdit(store, params.id)).example),
});

export const datasetRoutes: RouteGroup = {
  name: "datasets",
  about: "Data sets: the database is the truth, a file of JSON lines follows each",
  routes: [list, show, examples, download, upload, remove, kept, edits, undo],
};

const example = defineRoute({
  method: "GET",
  path: "/api/examples/{id}",
  about: "One row",
  params: numbered,
  answers: { 200: ExampleShape },
  run: async ({ store }, { params }) => toldExample(await readExample(store, params.id)),
});

const change = defineRoute({
  method: "PUT",
  path: "/api/examples/{id}",
  about: "Changes a row, in the database and in its line of the file",
  params: numbered,
  body: z
    .object({ content: AnyObject.optional(), quality_score: score.optional() })
    .refine((body) => body.content !== undefined || body.quality_score !== undefined, {
      error: "content or quality_score must be given",
    })
    .meta({ id: "ExampleChange" }),
  answers: { 200: ExampleShape },
  run: async ({ store }, { params, body }) => {
    const { content, quality_score } = body;
    if (content !== undefined) {
      const { datasetId } = await readExample(store, params.id);
      requireRow(content as JsonObject, (await readDataset(store, datasetId)).format);
    }
    const changes = { content, qualityScore: quality_score };
    return toldExample((await updateExample(store, params.id, changes)).example);
  },
});

const drop = defineRoute({
  method: "DELETE",
  path: "/api/examples/{id}",
  about: "Takes a row out of its data set and its file; it stays in the database as removed",
  params: numbered,
  answers: { 200: ExampleShape },
  run: async ({ store }, { params }) =>
    toldExample((await removeExample(store, params.id)).example),
});

export const exampleRoutes: RouteGroup = {
  name: "examples",
  about: "Rows of data sets",
  routes: [example, change, drop],
};

const Made = z
  .object({ dataset_id: z.int(), example_count: z.int(), dataset: DatasetShape })
  .meta({ id: "NewDataset" });

const toldMade = (dataset: PlatformDataset): z.infer<typeof Made> => ({
  dataset_id: dataset.id,
  example_count: dataset.exampleCount,
  dataset: toldDataset(dataset),
});

const reference = z.int().min(1).describe("Of a data set");

const merge = defineRoute({
  method: "POST",
  path: "/api/utils/merge",
  about: "Several data sets as a new one, in this order",
  body: z
    .object({ dataset_ids: z.array(reference).min(1).max(1000), name: newName })
    .meta({ id: "Merge" }),
  answers: { 200: Made },
  refusals: { 400: "They are of different formats", 404: "There is no such data set" },
  run: async ({ environment, store }, { body }) =>
    toldMade(
      await mergeDatasets(store, {
        ...{ datasetIds: body.dataset_ids, name: body.name, folder: datasetsFolder(environment) },
      }),
    ),
});

const sample = defineRoute({
  method: "POST",
  path: "/api/utils/sample",
  about: "Some rows of a data set as a new one, each at most once, drawn by a seed",
  body: z
    .object({
      dataset_id: reference,
      sample_size: z.int().min(1),
      seed: z.int().min(0).optional(),
      name: newName,
    })
    .meta({ id: "Sample" }),
  answers: { 200: Made },
  refusals: { 400: "There are not so many", 404: "There is no such data set" },
  run: async ({ environment, store }, { body }) =>
    toldMade(
      await sampleDataset(store, {
        ...{ datasetId: body.dataset_id, size: body.sample_size, seed: body.seed, name: body.name },
        folder: datasetsFolder(environment),
      }),
    ),
});

const convert = defineRoute({
  method: "POST",
  path: "/api/utils/convert",
  about: "A data set in the other format as a new one, with an account of what that loses",
  body: z
    .object({
      dataset_id: reference,
      target_format: format,
      turns: z.enum(["rows", "history"]).optional().describe("What later turns become"),
      name: newName,
    })
    .meta({ id: "Convert" }),
  answers: {
    200: z
      .object({
        ...Made.shape,
        losses: z.array(AnyJson).describe("What could not be kept"),
        refused: z.array(AnyJson).describe("Rows that could not be written so"),
      })
      .meta({ id: "ConvertedDataset" }),
  },
  refusals: { 404: "There is no such data set" },
  run: async ({ environment, store }, { body }) => {
    const { dataset, losses, refused } = await convertDataset(store, {
      ...{ datasetId: body.dataset_id, to: body.target_format, turns: body.turns },
      ...{ name: body.name, folder: datasetsFolder(environment) },
    });
    return { ...toldMade(dataset), losses, refused };
  },
});

export const utilRoutes: RouteGroup = {
  name: "utils",
  about: "New data sets out of others",
  routes: [merge, sample, convert],
};
