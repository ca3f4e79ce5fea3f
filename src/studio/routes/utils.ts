// /api/utils: new datasets made of others: merged, sampled, converted.
import { z } from "zod";
import { convertDataset, mergeDatasets, sampleDataset } from "../../app/platform/index.ts";
import { datasetsFolder, type PlatformDataset } from "../../store/platform/index.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import { DatasetFormatName, DatasetShape, toldDataset } from "./datasets.ts";
import { AnyJson } from "./shared.ts";

const newName = z.string().min(1).max(300).optional().describe("Name of the new dataset");

const Made = z
  .object({ dataset_id: z.int(), example_count: z.int(), dataset: DatasetShape })
  .meta({ id: "NewDataset" });

const toldMade = (dataset: PlatformDataset): z.infer<typeof Made> => ({
  dataset_id: dataset.id,
  example_count: dataset.exampleCount,
  dataset: toldDataset(dataset),
});

const reference = z.int().min(1).describe("Number of a dataset");

const merge = defineRoute({
  method: "POST",
  path: "/api/utils/merge",
  about: "Merge datasets into a new one, in this order",
  body: z
    .object({ dataset_ids: z.array(reference).min(1).max(1000), name: newName })
    .meta({ id: "Merge" }),
  answers: { 200: Made },
  refusals: { 400: "The datasets have different formats", 404: "No such dataset" },
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
  about: "Sample rows of a dataset into a new one, each at most once; the seed makes it repeatable",
  body: z
    .object({
      dataset_id: reference,
      sample_size: z.int().min(1).describe("Number of rows"),
      seed: z.int().min(0).optional().describe("Seed of the draw"),
      name: newName,
    })
    .meta({ id: "Sample" }),
  answers: { 200: Made },
  refusals: { 400: "The dataset has fewer rows", 404: "No such dataset" },
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
  about: "Convert a dataset to the other format as a new one; the response lists what was lost",
  body: z
    .object({
      dataset_id: reference,
      target_format: DatasetFormatName,
      turns: z
        .enum(["rows", "history"])
        .optional()
        .describe("What later turns become: rows of their own, or the history of one row"),
      name: newName,
    })
    .meta({ id: "Convert" }),
  answers: {
    200: z
      .object({
        ...Made.shape,
        losses: z.array(AnyJson).describe("What could not be kept"),
        refused: z.array(AnyJson).describe("Rows that could not be converted"),
      })
      .meta({ id: "ConvertedDataset" }),
  },
  refusals: { 404: "No such dataset" },
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
  about: "Merge, sample and convert datasets",
  routes: [merge, sample, convert],
};
