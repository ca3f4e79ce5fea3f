// /api/examples: one row of a dataset, read, changed, taken out.
import { z } from "zod";
import { formattedRow } from "../../app/platform/row-format.ts";
import {
  type DatasetFormat,
  type Example,
  readDataset,
  readExample,
  removeExample,
  updateExample,
} from "../../store/platform/index.ts";
import type { JsonObject } from "../../text/types.ts";
import { unprocessable } from "../http/errors.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import { PathNumber, Time } from "./shared.ts";

const score = z.number().min(0).max(10).nullable();
const AnyObject = z.record(z.string(), z.unknown());
const numbered = z.object({ id: PathNumber });

export const ExampleShape = z
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

export function toldExample(example: Example): z.infer<typeof ExampleShape> {
  const { id, content, status, metadata } = example;
  return {
    ...{ id, dataset_id: example.datasetId, example_index: example.index, content, status },
    ...{ quality_score: example.qualityScore, metadata },
    ...{ created_at: example.createdAt, updated_at: example.updatedAt },
  };
}

/** Throws ApiError 422 for a row that is not in the format of its dataset. */
function requireRow(content: JsonObject, wanted: DatasetFormat): void {
  const read = formattedRow(content, 1);
  if ("fault" in read)
    throw unprocessable(
      read.fault.why,
      read.fault.field === "" ? "content" : `content.${read.fault.field}`,
    );
  if (read.format !== wanted)
    throw unprocessable(`the format of the dataset is ${wanted}`, "content");
}

const example = defineRoute({
  method: "GET",
  path: "/api/examples/{id}",
  about: "Get a row",
  params: numbered,
  answers: { 200: ExampleShape },
  run: async ({ store }, { params }) => toldExample(await readExample(store, params.id)),
});

const change = defineRoute({
  method: "PUT",
  path: "/api/examples/{id}",
  about: "Change a row, in the database and in the file",
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
  about:
    "Remove a row from its dataset and its file. The database keeps it with the status removed",
  params: numbered,
  answers: { 200: ExampleShape },
  run: async ({ store }, { params }) =>
    toldExample((await removeExample(store, params.id)).example),
});

export const exampleRoutes: RouteGroup = {
  name: "examples",
  about: "Single rows of datasets",
  routes: [example, change, drop],
};
