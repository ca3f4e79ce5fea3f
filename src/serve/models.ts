// The names by which requests say who answers: the model's own, and those of adapters that are loaded.
import type { FastifyInstance } from "fastify";
import { ApiError } from "./http/api-error.ts";
import type { Served } from "./served.ts";

/** The adapter that a request names; undefined for the model itself, which is also meant where none is named. */
export function adapterNamed(model: string | null | undefined, served: Served): string | undefined {
  const { options, host } = served;
  if (model === null || model === undefined || options.modelNames.includes(model)) return undefined;
  if (host.adapters.has(model)) return model;
  const known = [options.modelId, ...host.adapters.keys()].join(", ");
  throw new ApiError(404, {
    message: `there is no model '${model.slice(0, 200)}' here; there is ${known}`,
    param: "model",
    code: "model_not_found",
  });
}

function shown(id: string, parent: string | null, { started }: Served): object {
  return { id, object: "model", created: started, owned_by: "ft", parent };
}

export function modelRoutes(app: FastifyInstance, served: Served): void {
  const { modelId } = served.options;
  app.get("/v1/models", () => ({
    object: "list",
    data: [
      shown(modelId, null, served),
      ...[...served.host.adapters.keys()].map((id) => shown(id, modelId, served)),
    ],
  }));
  // names of the hub have a slash
  app.get<{ Params: { "*": string } }>("/v1/models/*", ({ params }) => {
    const adapter = adapterNamed(params["*"], served);
    return adapter === undefined ? shown(modelId, null, served) : shown(adapter, modelId, served);
  });
}
