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
  /** Ports whose pages count as this machine's; pages of any port unless said. */
  ownPorts?: readonly number[];
  /** Name of a cookie that may carry the token instead of a header; none unless said. */
  cookie?: string;
  /** What that cookie may carry in place of the token. */
  cookieValue?: string;
  /** The command that is to be started with other options. */
  command?: string;
}

/** What a request's body may be. */
export interface BodyRule {
  /** Methods whose bodies are looked at. */
  methods: readonly string[];
  type: "application/json" | "multipart/form-data";
  /** Whether a request without a body may leave the type out. */
  mayBeEmpty: boolean;
}

/** Of an API whose every POST has a body. */
const postsOnly: BodyRule = { methods: ["POST"], type: "application/json", mayBeEmpty: false };

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
    message: "Host not allowed; use http://127.0.0.1 or http://localhost",
    code: "host_not_allowed",
  });
}

function portOf(scheme: string, host: string): number {
  const port = /:(\d{1,5})$/.exec(host)?.[1];
  return port === undefined ? (scheme.toLowerCase() === "https" ? 443 : 80) : Number(port);
}

/** Of a server that a network sees, pages of the name that it is called by are its own too. */
function isOwnOrigin(origin: string, { ownPorts, hosts }: Access): boolean {
  const [, scheme = "", host = ""] = /^(https?):\/\/([^/?#@]+)$/i.exec(origin) ?? [];
  const name = hostName(host);
  if (name === undefined) return false;
  if (ownPorts === undefined) return loopbackNames.has(name);
  const isOwnName = loopbackNames.has(name) || hosts.includes(name);
  return isOwnName && ownPorts.includes(portOf(scheme, host));
}

export function isAllowedOrigin(origin: string, access: Access): boolean {
  return isOwnOrigin(origin, access) || access.origins.includes(origin.toLowerCase());
}

function requireOrigin(request: IncomingMessage, access: Access): void {
  const times = count(request, "origin");
  if (times === 0) return;
  if (times === 1 && isAllowedOrigin(request.headers.origin ?? "", access)) return;
  throw new ApiError(403, {
    message: `requests from this Origin are not allowed; allow it with ${access.command ?? "ft serve"} --allow-origin`,
    code: "origin_not_allowed",
  });
}

/** A whole address in the place of a path names a host of its own, beside the header. */
function requirePath({ url = "", method }: IncomingMessage): void {
  if (url.startsWith("/") || (url === "*" && method === "OPTIONS")) return;
  throw badRequest("the request target must be a path", undefined, "path_required");
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Of two cookies of one name the first counts, as browsers put the nearer one first. */
function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const pairs = (headers.cookie ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** In the header that either API's clients send. */
function headerToken({ headers }: IncomingMessage): string | undefined {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? "")?.[1];
  const key = headers["x-api-key"];
  return bearer ?? (typeof key === "string" ? key : undefined);
}

/** Whether two secrets are one; takes as long whatever they are. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(digest(one), digest(other));

/** Whether the cookie of a page opens the server. */
export function hasCookie(request: IncomingMessage, access: Access): boolean {
  const { token, cookie, cookieValue } = access;
  const given = cookie === undefined ? undefined : cookieOf(request, cookie);
  if (given === undefined || token === null) return false;
  return (
    isSameSecret(given, token) || (cookieValue !== undefined && isSameSecret(given, cookieValue))
  );
}

/** A header counts before a cookie. Throws ApiError 401. */
export function requireToken(request: IncomingMessage, access: Access): void {
  const { token } = access;
  if (token === null) return;
  const given = headerToken(request);
  if (given === undefined ? hasCookie(request, access) : isSameSecret(given, token)) return;
  throw new ApiError(401, {
    message: "missing or wrong token; send it as Authorization: Bearer TOKEN",
    code: "invalid_api_key",
    headers: { "www-authenticate": "Bearer" },
  });
}

const isBodiless = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;

/** A body that a page can send without asking first would be another type than JSON. Throws ApiError 415. */
export function requireBodyType(request: IncomingMessage, rule: BodyRule = postsOnly): void {
  const { method = "", headers } = request;
  if (!rule.methods.includes(method)) return;
  const given = headers["content-type"];
  if (rule.mayBeEmpty && given === undefined && isBodiless(request)) return;
  const type = (given ?? "").split(";")[0]?.trim().toLowerCase();
  const isPlain = /^(identity)?$/i.test(headers["content-encoding"] ?? "");
  if (type === rule.type && isPlain) return;
  throw new ApiError(415, {
    message:
      type === rule.type
        ? "Content-Encoding is not supported"
        : `Content-Type must be ${rule.type}`,
    code: "unsupported_media_type",
  });
}

/** Throws ApiError: 400 no path, 403 Host or Origin. Holds for every method. */
export function requireKnownAsker(request: IncomingMessage, access: Access): void {
  requirePath(request);
  requireHost(request, access);
  requireOrigin(request, access);
}

/** Throws ApiError: 400 no path, 403 Host or Origin, 401 token, 415 type of the body. A preflight carries no token. */
export function requireAccess(request: IncomingMessage, access: Access): void {
  requireKnownAsker(request, access);
  if (request.method === "OPTIONS") return;
  requireToken(request, access);
  requireBodyType(request);
}
