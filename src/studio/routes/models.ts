// /api/v1/models: models on this disk and on the Hub. What needs the addon to be told is loaded when it is asked for.
import { z } from "zod";
import { notFound } from "../http/errors.ts";
import { defineRoute, type RouteGroup } from "../route.ts";
import { AnyJson } from "./shared.ts";

const ModelShape = z
  .object({
    name: z.string(),
    source: z.string(),
    folder: z.string().nullable(),
    architecture: z.string().nullable(),
    supported: z.boolean(),
    parameters: z.number().nullable(),
    bytes: z.number().nullable(),
    memoryBytes: z.number().nullable().describe("Estimated peak of training, usual settings"),
    problem: z.string().nullable(),
  })
  .meta({ id: "Model" });

const list = defineRoute({
  method: "GET",
  path: "/api/v1/models",
  about: "Models on this disk with what each needs to train",
  query: z.object({ source: z.enum(["local", "cache"]).optional() }),
  answers: { 200: z.object({ models: z.array(ModelShape) }).meta({ id: "Models" }) },
  run: async (_, { query: { source } }) => {
    const { listModels } = await import("../../app/models/list-models.ts");
    const models = await listModels(source);
    return {
      models: models.map((model) => ({ ...model, memoryBytes: model.memoryBytes ?? null })),
    };
  },
});

/** Names that are no paths of this machine: those of the list, built-in ones, ids of the Hub. */
const hubId = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

async function requireNamed(name: string): Promise<void> {
  if (hubId.test(name) && !name.includes("..")) return;
  const { listModels } = await import("../../app/models/list-models.ts");
  const known = (await listModels(undefined)).map((model) => model.name);
  if (!known.includes(name))
    throw notFound(`there is no model '${name}'`, "ft models list shows those on this disk");
}

const info = defineRoute({
  method: "GET",
  path: "/api/v1/models/info",
  about: "What a model holds and what training it would need, from its configuration and headers",
  query: z.object({ name: z.string().min(1).max(500).describe("A name of the list, or a Hub id") }),
  answers: { 200: z.object({ model: AnyJson }).meta({ id: "ModelInfo" }) },
  refusals: { 404: "There is no such model" },
  run: async (_, { query: { name }, signal }) => {
    await requireNamed(name);
    const { modelInfo } = await import("../../app/models/model-info.ts");
    return { model: await modelInfo(name, { signal }) };
  },
});

export const modelRoutes: RouteGroup = {
  name: "models",
  about: "Models to train from and to ask",
  routes: [list, info],
};
