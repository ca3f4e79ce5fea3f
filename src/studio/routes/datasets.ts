// /api/datasets: datasets read, taken in, given out, kept as versions; their edits undone. Rows by themselves are in
// examples.ts, sets made of others in utils.ts.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { z } from "zod";
import { exportCsv, keepVersion, uploadDataset } from "../../app/platform/index.ts";
import type { Environment } from "../../core/paths.ts";
import {
  datasetsFolder,
  deleteDataset,
  fileInStep,
  listDatasets,
  listEdits,
  listExamples,
  type PlatformDataset,
  readDataset,
  undoEdit,
} from "../../store/platform/index.ts";
import { loadDomains } from "../../synth/domains/catalogue.ts";
import { plainName } from "../../synth/domains/domain.ts";
import { defineRoute, FileAnswer, type RouteGroup } from "../route.ts";
import { ExampleShape, toldExample } from "./examples.ts";
import { AnyJson, Paging, PathNumber, Time } from "./shared.ts";

export const DatasetFormatName = z.enum(["chat", "instruction"]);
const AnyObject = z.record(z.string(), z.unknown());

export const DatasetShape = z
  .object({
    id: z.int(),
    name: z.string(),
    description: z.string().nullable(),
    domain: z.string(),
    subdomain: z.string().nullable(),
    format: DatasetFormatName,
    example_count: z.int(),
    created_at: Time,
    updated_at: Time,
    file_path: z.string(),
    metadata: AnyObject,
  })
  .meta({ id: "Dataset" });

export function toldDataset(dataset: PlatformDataset): z.infer<typeof DatasetShape> {
  const { id, name, description, domain, subdomain, metadata } = dataset;
  return {
    ...{ id, name, description, domain, subdomain, format: dataset.format, metadata },
    ...{ example_count: dataset.exampleCount, file_path: dataset.filePath },
    ...{ created_at: dataset.createdAt, updated_at: dataset.updatedAt },
  };
}

const numbered = z.object({ id: PathNumber });

/** What datasets of a domain may carry: what was given, its key, its name. */
function domainNames(environment: Environment, given: string): string[] {
  const found = loadDomains(environment)
    .all()
    .filter(({ key, name }) => [key, plainName(name)].includes(plainName(given)));
  return [...new Set([given, ...found.flatMap(({ key, name }) => [key, name])])];
}

const list = defineRoute({
  method: "GET",
  path: "/api/datasets",
  about: "List datasets, newest first",
  query: z.object({
    domain: z.string().min(1).max(200).optional().describe("Key or name of the domain"),
    format: DatasetFormatName.optional(),
    limit: z.coerce.number().int().min(1).max(10_000).default(1000),
    after: z.coerce
      .number()
      .int()
      .min(1)
      .optional()
      .describe("Only datasets with an id below this one"),
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
  about: "Get a dataset",
  params: numbered,
  answers: { 200: DatasetShape },
  run: async ({ store }, { params }) => toldDataset(await readDataset(store, params.id)),
});

const examples = defineRoute({
  method: "GET",
  path: "/api/datasets/{id}/examples",
  about: "List the rows of a dataset page by page, with their total",
  params: numbered,
  query: z.object({
    ...Paging,
    after: z.string().max(200).optional().describe("Cursor: the next of the page before"),
    status: z.enum(["active", "removed", "all"]).default("active"),
    search: z.string().min(1).max(500).optional().describe("Words that a row must contain"),
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
        next: z.string().nullable().describe("Cursor to pass as after; null on the last page"),
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
  about: "Delete a dataset and its file",
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
  about: "Download a dataset as JSONL, or as CSV for spreadsheets",
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
  about: "Upload a JSONL file as a dataset. An invalid line is refused with its number",
  upload: z.object({
    name: z.string().optional().describe("Name of the dataset; default: the name of the file"),
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
  about: "Save a dataset as a new version of the versioned dataset of its name",
  params: numbered,
  body: z
    .object({ message: z.string().max(1000).default("").describe("Message of the version") })
    .meta({ id: "KeepVersion" }),
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
  about: "List the edits made by hand, newest first",
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
  about: "Undo an edit",
  params: numbered,
  answers: { 200: ExampleShape },
  refusals: { 409: "The row has been changed since" },
  run: async ({ store }, { params }) => toldExample((await undoEdit(store, params.id)).example),
});

export const datasetRoutes: RouteGroup = {
  name: "datasets",
  about: "Numbered datasets. The database is authoritative; each has a JSONL file that follows it",
  routes: [list, show, examples, download, upload, remove, kept, edits, undo],
};
