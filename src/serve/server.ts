// The HTTP server: limits, who may ask, routes, and errors in the shape of the API that was asked. Holds no model.
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { logger } from "../core/logger.ts";
import { adapterRoutes } from "./adapters/routes.ts";
import { messageRoutes } from "./anthropic/routes.ts";
import { healthRoutes } from "./health.ts";
import { anthropicBody, ApiError, apiErrorOf, badRequest, openAiBody } from "./http/api-error.ts";
import { answerClientError } from "./http/client-errors.ts";
import { answerPreflight, tellOrigin } from "./http/cross-origin.ts";
import { requireAccess } from "./http/guards.ts";
import { parseBody } from "./http/json-body.ts";
import { discardRest } from "./http/left-over.ts";
import { modelRoutes } from "./models.ts";
import { chatRoutes } from "./openai/chat-routes.ts";
import { completionRoutes } from "./openai/completion-routes.ts";
import { embeddingRoutes } from "./openai/embedding-routes.ts";
import type { ServeOptions, Served } from "./served.ts";

const bodyOf = (request: FastifyRequest, error: ApiError): object =>
  request.url.startsWith("/v1/messages") ? anthropicBody(error) : openAiBody(error);

function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = apiErrorOf(thrown);
  if (error.status === 500)
    logger().error(thrown instanceof Error ? (thrown.stack ?? "") : "failed");
  // what is left of a body that is not read would be taken for the next request
  if (error.status === 413) reply.header("connection", "close");
  return reply.headers(error.headers).code(error.status).send(bodyOf(request, error));
}

async function refuse(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (apiErrorOf(thrown).status === 413) await discardRest(request.raw);
  return sendError(thrown, request, reply);
}

/** Of a path that cannot be read: no route and no hook has seen it. */
function badPath(request: FastifyRequest, reply: FastifyReply, options: ServeOptions): void {
  try {
    requireAccess(request.raw, options);
    sendError(badRequest("the path is not valid", undefined, "bad_path"), request, reply);
  } catch (error) {
    sendError(error, request, reply);
  }
}

const methods = ["GET", "POST", "DELETE"] as const;

/** A path that is served by other methods says by which. */
function notFound(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const path = request.url.split("?")[0] ?? "";
  const served = methods.filter((method) => app.findRoute({ method, url: routeOf(path) }) !== null);
  if (request.method === "OPTIONS" && served.length > 0) return answerPreflight(request, reply);
  const message = `not found: ${request.method} ${path.slice(0, 200)}`;
  if (served.length === 0)
    return sendError(new ApiError(404, { message, code: "not_found" }), request, reply);
  const headers = { allow: served.join(", ") };
  return sendError(
    new ApiError(405, { message, code: "method_not_allowed", headers }),
    request,
    reply,
  );
}

/** The route of a path, as it was registered. */
function routeOf(path: string): string {
  if (path.startsWith("/v1/models/")) return "/v1/models/*";
  return /^\/v1\/adapters\/[^/]+$/.test(path) ? "/v1/adapters/:id" : path;
}

function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_, text, done) => {
    try {
      done(null, parseBody(text as string));
    } catch (error) {
      done(error as Error);
    }
  });
}

function limitsOf({ maxBodyBytes, headerSeconds, seconds }: ServeOptions): object {
  return {
    bodyLimit: maxBodyBytes,
    keepAliveTimeout: 5000,
    http: {
      headersTimeout: headerSeconds * 1000,
      // a body has the time of the whole request at most
      requestTimeout: Math.max(headerSeconds, Math.min(seconds, 60)) * 1000,
      connectionsCheckingInterval: Math.min(1000, headerSeconds * 500),
      maxHeaderSize: 16_384,
    },
  };
}

/** Not listening yet. */
export function buildServer(served: Served): FastifyInstance {
  const { options, metrics } = served;
  const app = fastify({
    ...limitsOf(options),
    logger: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
    clientErrorHandler: answerClientError,
    frameworkErrors: (_, request, reply) => badPath(request, reply, options),
  });
  readBodies(app);
  app.addHook("onRequest", async (request, reply) => {
    requireAccess(request.raw, options);
    tellOrigin(request, reply);
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    metrics.requests.add(1, { route, status: String(reply.statusCode) });
  });
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) => notFound(app, request, reply));
  for (const routes of [healthRoutes, modelRoutes, chatRoutes, completionRoutes, messageRoutes])
    routes(app, served);
  embeddingRoutes(app, served);
  adapterRoutes(app, served);
  return app;
}
