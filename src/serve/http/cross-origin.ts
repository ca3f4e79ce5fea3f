// What pages of allowed origins are told, so that their browser lets them read answers. Others were refused before.
import type { FastifyReply, FastifyRequest } from "fastify";

/** A browser asks again after so many seconds: what was allowed may not be any more. */
const preflightSeconds = 5;

export function tellOrigin(request: FastifyRequest, reply: FastifyReply): void {
  reply.header("vary", "Origin");
  const { origin } = request.headers;
  if (origin === undefined) return;
  reply.header("access-control-allow-origin", origin);
  reply.header("access-control-expose-headers", "retry-after, x-request-id, content-disposition");
}

export function answerPreflight(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: readonly string[] = ["GET", "POST", "DELETE"],
): FastifyReply {
  const asked = request.headers["access-control-request-headers"];
  reply.header("access-control-allow-methods", methods.join(", "));
  if (asked !== undefined) reply.header("access-control-allow-headers", asked);
  return reply.header("access-control-max-age", preflightSeconds).code(204).send();
}
