// A server of the studio before it has routes: limits, who may ask, bodies, errors, a line of the log for each request.
// Two are made of it: one for pages, one for the API.
import { randomBytes } from "node:crypto";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { logger } from "../../core/logger.ts";
import { ApiError } from "../../serve/http/api-error.ts";
import { answerClientError } from "../../serve/http/client-errors.ts";
import { answerPreflight, tellOrigin } from "../../serve/http/cross-origin.ts";
import {
  type Access,
  type BodyRule,
  requireBodyType,
  requireKnownAsker,
  requireToken,
} from "../../serve/http/guards.ts";
import { parseBody } from "../../serve/http/json-body.ts";
import { discardRest } from "../../serve/http/left-over.ts";
import { refusalOf } from "./errors.ts";
import { addSafetyHeaders, sendPage } from "./headers.ts";

/** Bytes of a JSON body. */
const largestBody = 16 * 2 ** 20;

const writing = ["POST", "PUT", "PATCH", "DELETE"] as const;
export const allowedMethods = ["GET", "POST", "PUT", "DELETE"] as const;

export interface AppOptions {
  access: Access;
  /** Asked for at every path but these. */
  openPaths?: readonly string[];
  /** What a person without the token reads at a page's address; a program is told in JSON. */
  closedPage?: () => string;
  /** Is told of every answer. */
  onAnswered?: ((answered: Answered) => void) | undefined;
}

export interface Answered {
  method: string;
  /** As it was registered: `/api/datasets/:id`. */
  route: string;
  status: number;
  milliseconds: number;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** The body is a form with a file. */
    upload?: boolean;
  }
}

const pathOf = ({ url }: FastifyRequest): string => url.split("?")[0] ?? "";

function ruleOf(request: FastifyRequest): BodyRule {
  const isUpload = request.routeOptions.config?.upload === true;
  const type = isUpload ? "multipart/form-data" : "application/json";
  return { methods: writing, type, mayBeEmpty: !isUpload };
}

async function sendError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { status, headers, body } = refusalOf(thrown, request.id);
  if (status >= 500)
    logger().error(thrown instanceof Error ? (thrown.stack ?? "") : "failed", {
      request: request.id,
    });
  // what is left of a body that is not read would be taken for the next request
  if ([413, 422, 507].includes(status)) await discardRest(request.raw);
  if (status === 413) reply.header("connection", "close");
  return reply.headers(headers).code(status).send(body);
}

function isServed(app: FastifyInstance, method: string, path: string): boolean {
  return app.findRoute({ method: method as "GET", url: path }) !== null;
}

/** A path that other methods serve says which; `paths` are as they were registered. */
function refuseUnserved(
  app: FastifyInstance,
  patterns: readonly { url: string; look: RegExp }[],
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const path = pathOf(request);
  const urls = patterns.filter(({ look }) => look.test(path)).map(({ url }) => url);
  const served = allowedMethods.filter((method) => urls.some((url) => isServed(app, method, url)));
  if (request.method === "OPTIONS" && served.length > 0)
    return answerPreflight(request, reply, allowedMethods);
  const message = `not found: ${request.method} ${path.slice(0, 200)}`;
  if (served.length === 0) throw new ApiError(404, { message, code: "not_found" });
  const headers = { allow: served.join(", ") };
  throw new ApiError(405, { message, code: "method_not_allowed", headers });
}

const wantsPage = ({ method, headers }: FastifyRequest): boolean =>
  method === "GET" && /\btext\/html\b/.test(headers.accept ?? "");

function readJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_, text, done) => {
    try {
      done(null, text === "" ? undefined : parseBody(text as string));
    } catch (error) {
      done(error as Error);
    }
  });
}

function logRequests(app: FastifyInstance, onAnswered: AppOptions["onAnswered"]): void {
  app.addHook("onResponse", async (request, reply) => {
    const { id, method, routeOptions } = request;
    const route = routeOptions.url ?? "none";
    const { statusCode: status, elapsedTime: milliseconds } = reply;
    onAnswered?.({ method, route, status, milliseconds });
    const facts = {
      ...{ request: id, method, path: pathOf(request), route },
      ...{ status, ms: Math.round(milliseconds) },
    };
    const isNews = method !== "GET" || reply.statusCode >= 400;
    if (isNews) logger().info("request", facts);
    else logger().debug("request", facts);
  });
}

/** "/api/tasks/:id" → what such a path looks like. */
const lookOf = (url: string): RegExp =>
  new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:[^/]+/g, "[^/]+")}$`);

/** Not listening yet, and without routes. */
export function buildApp({
  access,
  openPaths = [],
  closedPage,
  onAnswered,
}: AppOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: largestBody,
    keepAliveTimeout: 5000,
    // an upload may take longer than any other request: its own limits end it
    http: {
      headersTimeout: 10_000,
      requestTimeout: 0,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 16_384,
    },
    logger: false,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    genReqId: () => randomBytes(6).toString("hex"),
    routerOptions: { maxParamLength: 500 },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      addSafetyHeaders(reply, request.id);
      void sendError(error, request, reply);
    },
  });
  const patterns: { url: string; look: RegExp }[] = [];
  app.addHook("onRoute", ({ url }) => void patterns.push({ url, look: lookOf(url) }));
  readJson(app);
  logRequests(app, onAnswered);
  app.addHook("onRequest", async (request, reply) => {
    addSafetyHeaders(reply, request.id);
    requireKnownAsker(request.raw, access);
    tellOrigin(request, reply);
    if (request.headers.origin !== undefined)
      reply.header("access-control-allow-credentials", "true");
    if (request.method === "OPTIONS") return;
    if (!openPaths.includes(pathOf(request))) requireToken(request.raw, access);
    requireBodyType(request.raw, ruleOf(request));
  });
  app.setErrorHandler(async (error, request, reply) => {
    const isClosed = error instanceof ApiError && error.status === 401;
    if (isClosed && closedPage !== undefined && wantsPage(request))
      return sendPage(reply.code(401), closedPage(), { connect: [] });
    return await sendError(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) => refuseUnserved(app, patterns, request, reply));
  return app;
}
