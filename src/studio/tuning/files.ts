// /v1/files: what a client hands in to be trained on.
import { z } from "zod";
import {
  deleteKeptFile,
  keepFile,
  listKeptFiles,
  openKeptFile,
  readKeptFile,
} from "../../app/tuning/kept-files.ts";
import { pageAfter } from "../../app/tuning/page-after.ts";
import { unprocessable } from "../http/errors.ts";
import { defineRoute, FileAnswer, type RouteGroup } from "../route.ts";
import { FileShape, listOf, toldFile, toldList } from "./shapes.ts";

const named = z.object({ file_id: z.string().max(100) });

const keep = defineRoute({
  method: "POST",
  path: "/v1/files",
  about: "Upload a file of rows to train on; purpose must be fine-tune",
  upload: z.object({ purpose: z.literal("fine-tune") }),
  answers: { 200: FileShape },
  refusals: { 413: "The file is too large" },
  run: async ({ environment }, { upload: { file, name, fields } }) => {
    const { purpose } = fields;
    if (purpose !== "fine-tune") throw unprocessable("purpose: must be fine-tune", "purpose");
    return toldFile(await keepFile(environment, file, { name, purpose }));
  },
});

const list = defineRoute({
  method: "GET",
  path: "/v1/files",
  about: "List files, newest first",
  query: z.object({
    purpose: z.string().optional(),
    after: z.string().optional().describe("Id of a file: return the files after it"),
    limit: z.coerce.number().int().min(1).max(10_000).default(10_000),
  }),
  answers: { 200: listOf(FileShape, "TuningFiles") },
  run: async ({ environment }, { query: { purpose, after, limit } }) => {
    const all = listKeptFiles(environment).filter(
      (file) => (purpose ?? file.purpose) === file.purpose,
    );
    const { items, hasMore } = pageAfter(all, { after, limit });
    return toldList(items.map(toldFile), hasMore);
  },
});

const show = defineRoute({
  method: "GET",
  path: "/v1/files/{file_id}",
  about: "Get a file",
  params: named,
  answers: { 200: FileShape },
  run: async ({ environment }, { params }) => toldFile(readKeptFile(environment, params.file_id)),
});

const content = defineRoute({
  method: "GET",
  path: "/v1/files/{file_id}/content",
  about: "Download the content of a file",
  params: named,
  answers: { 200: { type: "application/octet-stream", about: "The file as it was uploaded" } },
  run: async ({ environment }, { params: { file_id: id } }) => {
    const { name, bytes } = readKeptFile(environment, id);
    const stream = openKeptFile(environment, id);
    return new FileAnswer({ stream, type: "application/octet-stream", name, bytes });
  },
});

const remove = defineRoute({
  method: "DELETE",
  path: "/v1/files/{file_id}",
  about: "Delete a file; jobs that need it and have not started will fail",
  params: named,
  answers: {
    200: z
      .object({ id: z.string(), object: z.literal("file"), deleted: z.literal(true) })
      .meta({ id: "DeletedTuningFile" }),
  },
  run: async ({ environment }, { params: { file_id: id } }) => {
    await deleteKeptFile(environment, id);
    return { id, object: "file", deleted: true };
  },
});

export const tuningFileRoutes: RouteGroup = {
  name: "Files to train on",
  about: "Compatible with OpenAI's files API",
  routes: [keep, list, show, content, remove],
};
