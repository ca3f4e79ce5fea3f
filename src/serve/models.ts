// The names by which requests say who answers: the model's own, those of adapters that are loaded, and the encoder's, which
// makes vectors and writes no text.
import type { FastifyInstance } from "fastify";
import { ApiError, badRequest } from "./http/api-error.ts";
import type { Named, Served } from "./served.ts";

/** As the model's process calls it, where there is one model alone. */
const wrongKind = "FT-SERVE-010";

type Asked = string | null | undefined;

const isNamed = (asked: Asked, named: Named | undefined): boolean =>
  typeof asked === "string" && named?.names.includes(asked) === true;

function unknown(asked: string, { options, host }: Served): ApiError {
  const encoder = options.encoder === undefined ? [] : [options.encoder.id];
  const known = [options.model.id, ...host.adapters.keys(), ...encoder].join(", ");
  return new ApiError(404, {
    message: `there is no model '${asked.slice(0, 200)}'; available: ${known}`,
    param: "model",
    code: "model_not_found",
  });
}

/**
 * The adapter that is to write; undefined for the model itself, which is also meant where none is named.
 * Throws ApiError: 404 for another name, 400 for the encoder's.
 */
export function adapterNamed(asked: Asked, served: Served): string | undefined {
  const { model, encoder } = served.options;
  if (asked === null || asked === undefined || isNamed(asked, model)) return undefined;
  if (served.host.adapters.has(asked)) return asked;
  if (!isNamed(asked, encoder)) throw unknown(asked, served);
  const message = `${asked} is an embedding model and generates no text; use ${model.id}`;
  throw badRequest(message, "model", wrongKind);
}

/**
 * The name of what makes vectors: the encoder, which is also meant where none is named; the model, where there is no
 * encoder beside it. Throws ApiError: 404 for another name, 400 for one that writes text beside an encoder.
 */
export function encoderNamed(asked: Asked, served: Served): string {
  const { model, encoder } = served.options;
  if (encoder === undefined) {
    adapterNamed(asked, served);
    return model.id;
  }
  if (asked === null || asked === undefined || isNamed(asked, encoder)) return encoder.id;
  adapterNamed(asked, served);
  const message = `${asked} generates text and makes no embeddings; use ${encoder.id}`;
  throw badRequest(message, "model", wrongKind);
}

function shown(id: string, parent: string | null, { started }: Served): object {
  return { id, object: "model", created: started, owned_by: "ft", parent };
}

export function modelRoutes(app: FastifyInstance, served: Served): void {
  const { model, encoder } = served.options;
  app.get("/v1/models", () => ({
    object: "list",
    data: [
      shown(model.id, null, served),
      ...[...served.host.adapters.keys()].map((id) => shown(id, model.id, served)),
      ...(encoder === undefined ? [] : [shown(encoder.id, null, served)]),
    ],
  }));
  // names of the hub have a slash
  app.get<{ Params: { "*": string } }>("/v1/models/*", ({ params }) => {
    const asked = params["*"];
    if (encoder !== undefined && isNamed(asked, encoder)) return shown(encoder.id, null, served);
    const adapter = adapterNamed(asked, served);
    return adapter === undefined ? shown(model.id, null, served) : shown(adapter, model.id, served);
  });
}
