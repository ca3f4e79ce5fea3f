// A request's path, query and body as the route's schemas have them. The first field that is not as it says is a 422.
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { ApiError } from "../../serve/http/api-error.ts";
import { check } from "../../serve/http/checked.ts";
import type { Input, Route, Upload } from "../route.ts";

/** Throws ApiError 422. */
export function inputOf<Schema extends z.ZodType>(
  schema: Schema | undefined,
  value: unknown,
): z.infer<Schema> {
  if (schema === undefined) return undefined as z.infer<Schema>;
  const found = check(schema, value);
  if (found.ok) return found.data;
  const param = found.param === "" ? undefined : found.param;
  throw new ApiError(422, { message: found.message, param, code: "invalid_value" });
}

/** What a path names is not there, where it cannot be a name at all. */
function paramsOf(route: Route, params: unknown): unknown {
  try {
    return inputOf(route.params, params);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ApiError(404, {
      message: error.message,
      param: error.param ?? undefined,
      code: "not_found",
    });
  }
}

function lastEventIdOf({ headers, query }: FastifyRequest): number | undefined {
  const asked = (query as { last_event_id?: unknown } | undefined)?.last_event_id;
  const text = headers["last-event-id"] ?? (typeof asked === "string" ? asked : undefined);
  return typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Throws ApiError 404 for a path, 422 for the rest. */
export function readInput(
  route: Route,
  request: FastifyRequest,
  signal: AbortSignal,
): Input<unknown, unknown, unknown> {
  return {
    params: paramsOf(route, request.params),
    query: inputOf(route.query, request.query),
    body: inputOf(route.body, request.body ?? undefined),
    signal,
    lastEventId: lastEventIdOf(request),
    upload: request.body as Upload,
  };
}
