// /api/v1/sets: datasets that are kept version by version: what each holds, what changed, older ones again.
import { z } from "zod";
import { diffVersions } from "../../app/store/diff.ts";
import { dropsIn, history, restore } from "../../app/store/history.ts";
import { findVersion, readPage } from "../../store/index.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import { AnyJson, Paging } from "./shared.ts";

const VersionShape = z
  .object({
    version: z.string().describe("NAME@NUMBER"),
    hash: z.string(),
    rows: z.int(),
    action: z.string(),
    message: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: "Version" });

const Versions = z.object({ versions: z.array(VersionShape) }).meta({ id: "Versions" });
const reference = z.string().min(1).max(300);
const named = z.object({ name: reference.describe("NAME, or NAME@NUMBER") });

const list = defineRoute({
  method: "GET",
  path: "/api/v1/sets",
  about: "List versioned datasets with their newest version",
  answers: { 200: Versions },
  run: async ({ environment }) => ({ versions: await history(environment, undefined) }),
});

const versions = defineRoute({
  method: "GET",
  path: "/api/v1/sets/{name}",
  about: "List the versions of a dataset, newest first",
  params: named,
  answers: { 200: Versions },
  run: async ({ environment }, { params }) => ({
    versions: await history(environment, params.name),
  }),
});

const rows = defineRoute({
  method: "GET",
  path: "/api/v1/sets/{name}/rows",
  about:
    "List the rows of a version in order, page by page; search keeps those that contain the words",
  params: named,
  query: z.object({
    after: z.coerce.number().int().min(-1).default(-1).describe("Only rows after this position"),
    limit: Paging.limit,
    search: z.string().max(500).optional().describe("Words that a row must contain"),
  }),
  answers: {
    200: z
      .object({
        rows: z.array(z.object({ position: z.int(), id: z.string().nullable(), row: AnyJson })),
        next: z.int().nullable().describe("Cursor to pass as after; null on the last page"),
        total: z.int().describe("Rows in the version"),
      })
      .meta({ id: "Rows" }),
  },
  run: async ({ store }, { params, query: { after, limit, search } }) => {
    const { version } = await findVersion(store, params.name);
    const query = { after, limit, ...(search !== undefined && { search }) };
    const page = await readPage(store, version.id, query);
    return {
      rows: page.rows.map(({ position, key, text }) => ({
        ...{ position, id: key, row: JSON.parse(text) as unknown },
      })),
      ...{ next: page.next, total: version.size },
    };
  },
});

const diff = defineRoute({
  method: "GET",
  path: "/api/v1/sets/{name}/diff",
  about: "Compare two versions; by default a version with the one before it",
  params: named,
  query: z.object({
    with: reference.optional().describe("NAME or NAME@NUMBER to compare with"),
    limit: Paging.limit,
  }),
  answers: { 200: z.object({ diff: AnyJson }).meta({ id: "Diff" }) },
  run: async ({ environment }, { params, query: { with: other, limit } }) => ({
    diff: await diffVersions(environment, { before: params.name, after: other, limit }),
  }),
});

const drops = defineRoute({
  method: "GET",
  path: "/api/v1/sets/{name}/drops",
  about: "List removed rows, with reasons",
  params: named,
  query: z.object({
    after: z.coerce.number().int().min(0).default(0).describe("Only rows with a higher number"),
    limit: Paging.limit,
  }),
  answers: { 200: z.object({ drops: z.array(AnyJson) }).meta({ id: "Drops" }) },
  run: async ({ environment }, { params, query }) => ({
    drops: await dropsIn(environment, params.name, query),
  }),
});

const restoring = defineRoute({
  method: "POST",
  path: "/api/v1/sets/{name}/restore",
  about: "Restore an older version as the newest, or removed rows by their numbers",
  params: named,
  body: z
    .object({
      drops: z
        .array(z.int().min(1))
        .max(100_000)
        .optional()
        .describe("Numbers of the removed rows to restore; default: restore the version"),
    })
    .optional()
    .meta({ id: "Restore" }),
  answers: { 200: VersionShape },
  run: async ({ environment }, { params, body }) => restore(environment, params.name, body?.drops),
});

export const versionRoutes: RouteGroup = {
  name: "sets",
  about: "Versioned datasets",
  routes: [list, versions, rows, diff, drops, restoring],
};
