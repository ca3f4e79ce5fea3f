// Who may speak to the server: by the name it is called (a page that rebinds its own name to this machine calls it by
// that one), by the page that asks, and by token. Asked before anything else of a request, whatever its method.
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ApiError, badRequest } from "./api-error.ts";

export interface Access {
  /** Names beside this machine's own; "*" is any, for servers that ask for a token. */
  hosts: readonly string[];
  /** Origins of pages beside those of this machine. */
  origins: readonly string[];
  /** Null: any key is taken, and none. */
  token: string | null;
}

const loopbackNames = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** "LOCALHOST:8000" → "localhost"; undefined for what is no host with a port. */
function hostName(host: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host);
  return match?.[1]?.toLowerCase();
}

/** How often a header stands in a request: of some, Node keeps the first and says nothing. */
function count({ rawHeaders }: IncomingMessage, name: string): number {
  return rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === name).length;
}

function requireHost(request: IncomingMessage, { hosts }: Access): void {
  const name = count(request, "host") === 1 ? hostName(request.headers.host ?? "") : undefined;
  const isKnown = name !== undefined && (loopbackNames.has(name) || hosts.includes(name));
  if (isKnown || (name !== undefined && hosts.includes("*"))) return;
  throw new ApiError(403, {
    message: "this server does not answer to that Host; ask http://127.0.0.1 or http://localhost",
    code: "host_not_allowed",
  });
}

function isOwnOrigin(origin: string): boolean {
  const match = /^https?:\/\/([^/?#@]+)$/i.exec(origin);
  const name = hostName(match?.[1] ?? "");
  return name !== undefined && loopbackNames.has(name);
}

export function isAllowedOrigin(origin: string, { origins }: Access): boolean {
  return isOwnOrigin(origin) || origins.includes(origin.toLowerCase());
}

function requireOrigin(request: IncomingMessage, access: Access): void {
  const times = count(request, "origin");
  if (times === 0) return;
  if (times === 1 && isAllowedOrigin(request.headers.origin ?? "", access)) return;
  throw new ApiError(403, {
    message: "pages of that origin may not ask this server; ft serve --allow-origin lets one in",
    code: "origin_not_allowed",
  });
}

/** A whole address in the place of a path names a host of its own, beside the header. */
function requirePath({ url = "", method }: IncomingMessage): void {
  if (url.startsWith("/") || (url === "*" && method === "OPTIONS")) return;
  throw badRequest("the request must name a path", undefined, "path_required");
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** In the header that either API's clients send. */
function givenToken({ headers }: IncomingMessage): string {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? "")?.[1];
  const key = headers["x-api-key"];
  return bearer ?? (typeof key === "string" ? key : "");
}

function requireToken(request: IncomingMessage, { token }: Access): void {
  if (token === null || timingSafeEqual(digest(givenToken(request)), digest(token))) return;
  throw new ApiError(401, {
    message: "this server asks for its token: Authorization: Bearer TOKEN",
    code: "invalid_api_key",
    headers: { "www-authenticate": "Bearer" },
  });
}

/** A body that a page can send without asking first would be another type than this. */
function requireJson({ method, headers }: IncomingMessage): void {
  if (method !== "POST") return;
  const isJson = /^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "");
  const isPlain = /^(identity)?$/i.test(headers["content-encoding"] ?? "");
  if (isJson && isPlain) return;
  throw new ApiError(415, {
    message: isJson ? "the body must not be encoded" : "the body must be application/json",
    code: "unsupported_media_type",
  });
}

/** Throws ApiError: 400 no path, 403 Host or Origin, 401 token, 415 type of the body. A preflight carries no token. */
export function requireAccess(request: IncomingMessage, access: Access): void {
  requirePath(request);
  requireHost(request, access);
  requireOrigin(request, access);
  if (request.method === "OPTIONS") return;
  requireToken(request, access);
  requireJson(request);
}
