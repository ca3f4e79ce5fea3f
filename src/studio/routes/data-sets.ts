// /api/v1/data: sets of both kinds as pages show them: one list, lines of a table, one row with its history, what was left
// out, files taken in. `{set}` is a number, or `sets:NAME`.
import { z } from "zod";
import {
  changeRow,
  countLeftOut,
  dropRow,
  leftOut,
  listAllSets,
  openSet,
  showRow,
  undoChange,
} from "../../app/data/sets/index.ts";
import { removeDataset, undoDrops } from "../../store/index.ts";
import { bytesOfFile, deleteDataset, undoEdit } from "../../store/platform/index.ts";
import type { JsonObject } from "../../text/types.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import { dataImportRoutes } from "./data-import.ts";
import { AnyJson, Paging, PathPlace } from "./shared.ts";

const AnyObject = z.record(z.string(), z.unknown());
export const SetName = z
  .string()
  .min(1)
  .max(310)
  .describe("Number of a dataset, or sets:NAME, sets:NAME@3 for a versioned one");
const named = z.object({ set: SetName });
const place = PathPlace.describe("Position, from 0");
const rowOf = z.object({ set: SetName, at: place });
const cursor = z.string().max(200).optional().describe("Cursor: the next of the page before");

const SetEntryShape = z
  .object({
    reference: z.string().describe("Reference of the dataset, as other routes take it"),
    kind: z.enum(["numbered", "kept"]),
    id: z.int().nullable(),
    name: z.string(),
    format: z.string().nullable(),
    rows: z.int(),
    bytes: z.int().nullable().describe("Size of its file"),
    origin: z.string(),
    versions: z.int().nullable(),
    changed_at: z.string(),
  })
  .meta({ id: "SetEntry" });

const list = defineRoute({
  method: "GET",
  path: "/api/v1/data",
  about: "List all datasets, numbered and versioned, last changed first",
  answers: { 200: z.object({ sets: z.array(SetEntryShape) }).meta({ id: "SetList" }) },
  run: async ({ store }) => ({
    sets: (await listAllSets(store)).map(({ changedAt: changed_at, ...entry }) => ({
      ...{ ...entry, changed_at },
    })),
  }),
});

const SetShape = z
  .object({
    reference: z.string(),
    kind: z.enum(["numbered", "kept"]),
    name: z.string(),
    rows: z.int(),
    revision: z.string().describe("Changes whenever the rows change"),
    format: z.string().nullable(),
    bytes: z.int().nullable(),
    description: z.string().nullable(),
    domain: z.string().nullable(),
    file_path: z.string().nullable(),
    version: z.int().nullable().describe("Version number of a versioned dataset"),
    kept_as: z
      .string()
      .nullable()
      .describe("The versioned dataset that holds versions of this one"),
    left_out: z.int().describe("Rows that were removed or never imported"),
    created_at: z.string(),
    metadata: AnyObject,
  })
  .meta({ id: "SetFacts" });

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);

const show = defineRoute({
  method: "GET",
  path: "/api/v1/data/{set}",
  about: "Get a dataset: size, format, version, metadata",
  params: named,
  answers: { 200: SetShape },
  run: async ({ store }, { params }) => {
    const set = await openSet(store, params.set);
    const { dataset, version, title, rows, revision } = set;
    const created = version === null ? 0 : version.version.createdAt;
    return {
      ...{ reference: params.set, kind: dataset === null ? "kept" : "numbered", name: title, rows },
      ...{ revision, format: dataset?.format ?? null, domain: dataset?.domain ?? null },
      bytes: dataset === null ? null : await bytesOfFile(store.db, dataset.id),
      description: dataset?.description ?? null,
      ...{ file_path: dataset?.filePath ?? null, version: version?.version.number ?? null },
      kept_as: textOrNull(dataset?.metadata["kept_as"]),
      left_out: await countLeftOut(store, set),
      created_at: dataset?.createdAt ?? new Date(created).toISOString(),
      metadata: dataset?.metadata ?? {},
    };
  },
});

const LineShape = z
  .object({
    at: z.int().describe("Position in the dataset, from 0"),
    id: z.int().nullable(),
    asked: z.string().describe("Start of the first question"),
    answered: z.string().describe("Start of the last answer"),
    turns: z.int(),
    characters: z.int(),
    score: z.number().nullable(),
    status: z.enum(["active", "removed"]),
    topic: z.string().nullable(),
    split: z.string().nullable(),
  })
  .meta({ id: "SetLine" });

const lines = defineRoute({
  method: "GET",
  path: "/api/v1/data/{set}/lines",
  about: "List rows as lines of a table, from any position",
  params: named,
  query: z.object({
    from: z.coerce.number().int().min(0).default(0).describe("Lines to skip"),
    after: cursor,
    limit: Paging.limit,
    search: z.string().min(1).max(500).optional().describe("Words that a row must contain"),
    status: z.enum(["active", "removed", "all"]).optional(),
    min_score: z.coerce.number().min(0).max(10).optional(),
    max_score: z.coerce.number().min(0).max(10).optional(),
    sort: z.enum(["index", "score", "-score"]).optional(),
  }),
  answers: {
    200: z
      .object({ lines: z.array(LineShape), total: z.int(), next: z.string().nullable() })
      .meta({ id: "SetLines" }),
  },
  run: async ({ store }, { params, query }) => {
    const { min_score: minScore, max_score: maxScore, ...rest } = query;
    return await (await openSet(store, params.set)).page({ ...rest, minScore, maxScore });
  },
});

const EditShape = z
  .object({
    undo: z.string().nullable().describe("Pass it to undo; null where it cannot be undone"),
    at: z.string(),
    who: z.string().describe("user, file (the file was edited), or the step that changed it"),
    action: z.string(),
    fields: z.array(
      z.object({ path: z.string(), before: AnyJson.optional(), after: AnyJson.optional() }),
    ),
    status: z.enum(["active", "removed"]),
  })
  .meta({ id: "RowEdit" });

const RowShape = z
  .object({
    at: z.int(),
    id: z.int().nullable(),
    content: AnyObject,
    said: z.array(z.object({ role: z.string(), text: z.string() })).describe("The row as messages"),
    score: z.number().nullable(),
    status: z.enum(["active", "removed"]),
    metadata: AnyObject,
    updated_at: z.string().nullable(),
    why: z.string().nullable().describe("Why the row was removed"),
    edits: z.array(EditShape),
    is_fixed: z
      .boolean()
      .describe("True for a version that is not the newest: it cannot be changed"),
  })
  .meta({ id: "SetRow" });

const row = defineRoute({
  method: "GET",
  path: "/api/v1/data/{set}/rows/{at}",
  about: "Get one row in full, with its edit history",
  params: rowOf,
  answers: { 200: RowShape },
  run: async ({ store }, { params }) => {
    const set = await openSet(store, params.set);
    const { updatedAt, isFixed, ...shown } = await showRow(store, set, params.at);
    return { ...shown, updated_at: updatedAt, is_fixed: isFixed };
  },
});

const Undoable = z.object({ undo: z.string() }).meta({ id: "Undoable" });

const change = defineRoute({
  method: "PUT",
  path: "/api/v1/data/{set}/rows/{at}",
  about: "Change a row. In a versioned dataset this makes a new version",
  params: rowOf,
  body: z
    .object({
      content: AnyObject,
      seen: AnyObject.optional().describe(
        "The row as it was when opened; the request is refused where it has changed since",
      ),
    })
    .meta({ id: "RowChange" }),
  answers: { 200: Undoable },
  refusals: { 409: "The dataset has a newer version, or the row is not the one in seen" },
  run: async ({ store }, { params, body }) => {
    const { content, seen } = body as { content: JsonObject; seen?: JsonObject };
    return await changeRow(store, await openSet(store, params.set), params.at, { content, seen });
  },
});

const drop = defineRoute({
  method: "DELETE",
  path: "/api/v1/data/{set}/rows/{at}",
  about: "Remove a row; it can be restored",
  params: rowOf,
  answers: { 200: Undoable },
  refusals: { 409: "The dataset has a newer version" },
  run: async ({ store }, { params }) =>
    await dropRow(store, await openSet(store, params.set), params.at),
});

const Done = z.object({ done: z.boolean() }).meta({ id: "SetDone" });

const undo = defineRoute({
  method: "POST",
  path: "/api/v1/data/{set}/undo",
  about: "Undo a change of a row",
  params: named,
  body: z
    .object({ undo: z.string().min(1).max(310).describe("The undo of an edit") })
    .meta({ id: "RowUndo" }),
  answers: { 200: Done },
  refusals: { 409: "The row has been changed since" },
  run: async ({ store }, { params, body }) => {
    await undoChange(store, await openSet(store, params.set), body.undo);
    return { done: true };
  },
});

const left = defineRoute({
  method: "GET",
  path: "/api/v1/data/{set}/left-out",
  about: "List rows that were removed or never imported, with the step and the reason",
  params: named,
  query: z.object({
    after: cursor,
    limit: Paging.limit,
    search: z.string().min(1).max(500).optional().describe("Words that a row must contain"),
  }),
  answers: {
    200: z
      .object({
        rows: z.array(
          z.object({
            at: z.int().describe("Position in the dataset, or line of the imported file"),
            step: z.string().describe("What removed it: import, quality control, a person"),
            why: z.string(),
            asked: z.string().describe("Start of the first question"),
            back: z
              .string()
              .nullable()
              .describe(
                "Pass it to bring-back to restore the row; null where it cannot be restored",
              ),
          }),
        ),
        total: z.int(),
        next: z.string().nullable(),
      })
      .meta({ id: "LeftOut" }),
  },
  run: async ({ store }, { params, query }) =>
    await leftOut(store, await openSet(store, params.set), query),
});

const back = defineRoute({
  method: "POST",
  path: "/api/v1/data/{set}/bring-back",
  about: "Restore removed rows",
  params: named,
  body: z
    .object({
      rows: z
        .array(z.string().regex(/^\d{1,15}$/))
        .min(1)
        .max(1000)
        .describe("The back of each row to restore"),
    })
    .meta({ id: "BringBack" }),
  answers: { 200: Done },
  run: async ({ store }, { params, body }) => {
    const set = await openSet(store, params.set);
    if (set.dataset === null) await undoDrops(store, set.title, body.rows.map(Number));
    else for (const edit of body.rows) await undoEdit(store, Number(edit));
    return { done: true };
  },
});

const remove = defineRoute({
  method: "DELETE",
  path: "/api/v1/data/{set}",
  about: "Delete a dataset; a numbered one with its file",
  params: named,
  answers: { 200: Done },
  run: async ({ store }, { params }) => {
    const { dataset, title } = await openSet(store, params.set);
    if (dataset === null) await removeDataset(store, title);
    else await deleteDataset(store, dataset.id);
    return { done: true };
  },
});

export const dataSetRoutes: RouteGroup = {
  name: "data",
  about: "Numbered and versioned datasets together, as the studio's pages show them",
  routes: [list, ...dataImportRoutes, show, remove, lines, row, change, drop, undo, left, back],
};
