// What every answer carries so that a browser keeps to it: no guessing of types, no frames, no scripts of other places.
import type { FastifyReply } from "fastify";

export interface PagePolicy {
  /** Addresses that scripts of the page may ask beside its own. */
  connect: readonly string[];
  /** Of style elements that the page's scripts make; without it there may be none. */
  nonce?: string;
}

/** Nothing from elsewhere, no inline scripts or styles, no frame around it. */
export function contentPolicy({ connect, nonce }: PagePolicy): string {
  const own = "'self'";
  const directives: readonly (readonly [string, ...string[]])[] = [
    ["default-src", "'none'"],
    ["script-src", own],
    ["style-src", own, ...(nonce === undefined ? [] : [`'nonce-${nonce}'`])],
    ["img-src", own, "data:"],
    ["font-src", own],
    ["connect-src", own, ...connect],
    ["manifest-src", own],
    ["form-action", own],
    ["base-uri", "'none'"],
    ["frame-ancestors", "'none'"],
  ];
  return directives.map((parts) => parts.join(" ")).join("; ");
}

/** An API's answer is no page: nothing in it may load or run anything. */
const answerPolicy =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export function addSafetyHeaders(reply: FastifyReply, requestId: string): void {
  reply.headers({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-site",
    "content-security-policy": answerPolicy,
    "cache-control": "no-store",
    "x-request-id": requestId,
  });
}

export function sendPage(reply: FastifyReply, page: string, policy: PagePolicy): FastifyReply {
  reply.header("content-security-policy", contentPolicy(policy));
  return reply.header("content-type", "text/html; charset=utf-8").send(page);
}
