// /api/v1/models: models on this disk and on the Hub. What needs the addon to be told is loaded when it is asked for.
import { z } from "zod";
import { submitJob } from "../../app/jobs/submit.ts";
import type { ListedModel } from "../../app/models/list-models.ts";
import { parseMemory } from "../../core/units.ts";
import { notFound } from "../http/errors.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import { JobShape, toldJob } from "./jobs.ts";
import { AnyJson, Priority } from "./shared.ts";
import { fileOfDataset } from "./train.ts";

const ModelShape = z
  .object({
    name: z.string(),
    source: z.string(),
    folder: z.string().nullable(),
    architecture: z.string().nullable(),
    supported: z.boolean(),
    parameters: z.number().nullable(),
    bytes: z.number().nullable(),
    memoryBytes: z
      .number()
      .nullable()
      .describe("Estimated peak memory of `ft train quick` with this model"),
    problem: z.string().nullable(),
  })
  .meta({ id: "Model" });

const toldModel = (model: ListedModel): z.infer<typeof ModelShape> => ({
  ...model,
  memoryBytes: model.memoryBytes ?? null,
});

const list = defineRoute({
  method: "GET",
  path: "/api/v1/models",
  about: "List the models on this disk, with the memory training needs",
  query: z.object({ source: z.enum(["local", "cache"]).optional() }),
  answers: { 200: z.object({ models: z.array(ModelShape) }).meta({ id: "Models" }) },
  run: async (_, { query: { source } }) => {
    const { listModels } = await import("../../app/models/list-models.ts");
    const models = await listModels(source);
    return { models: models.map(toldModel) };
  },
});

const search = defineRoute({
  method: "GET",
  path: "/api/v1/models/search",
  about: "Search the Hugging Face Hub for models that can be trained here, most downloaded first",
  query: z.object({
    q: z.string().trim().min(1).max(200).describe("Words of the model's name"),
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  answers: { 200: z.object({ models: z.array(ModelShape) }).meta({ id: "FoundModels" }) },
  refusals: { 502: "The Hub does not answer, or access to it is off" },
  run: async (_, { query: { q, limit }, signal }) => {
    const { hubModels } = await import("../../app/models/search-models.ts");
    return { models: (await hubModels({ text: q, limit, signal })).map(toldModel) };
  },
});

/** Names that are no paths of this machine: those of the list, built-in ones, ids of the Hub. */
const hubId = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

async function requireNamed(name: string): Promise<void> {
  if (hubId.test(name) && !name.includes("..")) return;
  const { listModels } = await import("../../app/models/list-models.ts");
  const known = (await listModels(undefined)).map((model) => model.name);
  if (!known.includes(name))
    throw notFound(`there is no model '${name}'`, "ft models list shows the models on this disk");
}

const info = defineRoute({
  method: "GET",
  path: "/api/v1/models/info",
  about:
    "Get a model: architecture, parameters and the memory training needs. Reads its configuration and headers only",
  query: z.object({
    name: z.string().min(1).max(500).describe("Name from the list of models, or a Hub id"),
  }),
  answers: { 200: z.object({ model: AnyJson }).meta({ id: "ModelInfo" }) },
  refusals: { 404: "No such model" },
  run: async (_, { query: { name }, signal }) => {
    await requireNamed(name);
    const { modelInfo } = await import("../../app/models/model-info.ts");
    return { model: await modelInfo(name, { signal }) };
  },
});

const recommended = defineRoute({
  method: "GET",
  path: "/api/v1/models/recommend",
  about:
    "Recommend training settings for a model, a dataset and the available memory, with the reason of each",
  query: z.object({
    model: z.string().min(1).max(500).describe("Name from the list of models, or a Hub id"),
    dataset_id: z.coerce.number().int().min(1).optional().describe("Dataset to train on"),
    memory: z
      .string()
      .min(1)
      .max(20)
      .optional()
      .describe("Memory limit, such as 16GB; default: the memory available now"),
    template: z.string().min(1).max(200).default("auto").describe("Chat template"),
  }),
  answers: {
    200: z
      .object({
        config: AnyJson.describe("Settings that differ from the defaults"),
        reasons: z.array(z.object({ setting: z.string(), value: AnyJson, why: z.string() })),
        estimate: z.object({
          ...{ peakBytes: z.number(), residentBytes: z.number(), availableBytes: z.number() },
        }),
        figures: AnyJson,
        yaml: z.string().describe("The configuration as YAML, with the reasons as comments"),
      })
      .meta({ id: "Recommendation" }),
  },
  refusals: {
    400: "memory is not a size",
    404: "No such model or dataset",
    502: "The Hub does not answer",
  },
  run: async (studio, { query: { model, dataset_id, memory, template }, signal }) => {
    await requireNamed(model);
    const data = dataset_id === undefined ? undefined : await fileOfDataset(studio, dataset_id);
    const memoryBytes = memory === undefined ? undefined : parseMemory(memory);
    const { recommend } = await import("../../app/recommend/recommend.ts");
    const { recommendedYaml } = await import("../../app/recommend/recommended-yaml.ts");
    const found = await recommend({ model, data, template, memoryBytes, signal });
    return { ...found, yaml: recommendedYaml(found, model) };
  },
});

const pull = defineRoute({
  method: "POST",
  path: "/api/v1/models/pull",
  about: "Queue the download of a model; files that are here already are not downloaded again",
  body: z
    .object({
      model: z.string().min(1).max(500).describe("Hub id"),
      revision: z.string().min(1).max(200).optional().describe("Branch, tag or commit"),
      quantize: z.enum(["4bit", "8bit"]).optional().describe("Also write a quantized copy"),
      priority: Priority,
    })
    .meta({ id: "PullModel" }),
  answers: { 200: JobShape },
  refusals: { 400: "Not a Hub id", 502: "Access to the Hub is off" },
  run: async ({ requireOpen, environment, store }, { body: { priority, ...parameters } }) => {
    requireOpen();
    return toldJob(await submitJob(store, "download", parameters, { environment, priority }));
  },
});

export const modelRoutes: RouteGroup = {
  name: "models",
  about: "Models to train, to generate with and to download",
  routes: [list, info, search, recommended, pull],
};
