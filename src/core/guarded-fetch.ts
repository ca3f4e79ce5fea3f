// A fetch that connects only where it may: names are resolved here, every address looked at, and the connection made to
// the one that was looked at, so that a name which answers otherwise the next time leads nowhere. Redirects are looked at
// again. For requests whose address somebody else may have a hand in. Bodies are texts; of answers, streams.
import { type LookupAddress, lookup as lookupName } from "node:dns";
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { Readable } from "node:stream";
import { type AddressKind, addressKind } from "./addresses.ts";

/** A name to its addresses; the system's resolver unless a test says otherwise. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

export interface GuardOptions {
  /** Whether an address may be asked, by what it is and the host that was named. */
  allows(kind: AddressKind, url: URL): boolean;
  resolve?: Resolve;
}

export class AddressRefused extends Error {
  readonly code = "EADDRESSREFUSED";

  constructor(host: string, address: string) {
    super(`${host} is at ${address}, which may not be asked`);
    this.name = "AddressRefused";
  }
}

const systemResolve: Resolve = (name) =>
  new Promise((resolve, reject) => {
    lookupName(name, { all: true, verbatim: true }, (error, found) =>
      error === null ? resolve(found) : reject(error),
    );
  });

const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");

/** All addresses of a URL's host. Throws AddressRefused where one of them may not be asked; what resolving throws. */
export async function allowedAddresses(
  url: URL,
  { allows, resolve = systemResolve }: GuardOptions,
): Promise<readonly LookupAddress[]> {
  const host = bareHost(url);
  const family = isIP(host);
  const found = family === 0 ? await resolve(host) : [{ address: host, family }];
  const refused = found.find(({ address }) => !allows(addressKind(address), url));
  if (refused !== undefined) throw new AddressRefused(host, refused.address);
  if (found.length === 0) throw new AddressRefused(host, "no address");
  return found;
}

/** Gives the connection what was looked at, whatever it asks for. */
const fixedLookup =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_, options, done) => {
    const wanted = addresses.filter(({ family }) =>
      options.family === 4 || options.family === 6 ? family === options.family : true,
    );
    const [first] = wanted;
    if (first === undefined) return done(new Error("no address of that family"), "", 0);
    if (options.all === true) return done(null, [...wanted]);
    return done(null, first.address, first.family);
  };

interface Sent {
  method: string;
  headers: Headers;
  body: string | undefined;
  signal: AbortSignal | undefined;
}

const responses = new Set([101, 204, 205, 304]);

function responseOf(message: IncomingMessage): Response {
  const headers = new Headers();
  for (let at = 0; at < message.rawHeaders.length; at += 2) {
    headers.append(message.rawHeaders[at] ?? "", message.rawHeaders[at + 1] ?? "");
  }
  const status = message.statusCode ?? 502;
  const body = responses.has(status) ? null : (Readable.toWeb(message) as ReadableStream);
  if (body === null) message.resume();
  return new Response(body, { status, statusText: message.statusMessage ?? "", headers });
}

function once(url: URL, sent: Sent, addresses: readonly LookupAddress[]): Promise<Response> {
  const { method, headers, body, signal } = sent;
  const ask: typeof requestHttp = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: Object.fromEntries(headers),
      lookup: fixedLookup(addresses),
      // a connection of its own: one that another request opened was looked at for that one
      agent: false as const,
      ...(signal !== undefined && { signal }),
    };
    const request: ClientRequest = ask(url.href, options, (message) =>
      resolve(responseOf(message)),
    );
    request.on("error", (error) => {
      if (signal?.aborted === true) return reject(signal.reason);
      reject(new TypeError("fetch failed", { cause: error }));
    });
    request.end(body);
  });
}

function locationOf(response: Response, url: URL): URL | undefined {
  const location = response.headers.get("location");
  if (response.status < 300 || response.status >= 400 || location === null) return undefined;
  return URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
}

/** What must not follow to another origin. */
const secretHeaders = ["authorization", "cookie", "x-api-key", "x-goog-api-key"];

function redirected({ method, headers, body, signal }: Sent, status: number, isOwn: boolean): Sent {
  const next = new Headers(headers);
  if (!isOwn) for (const name of secretHeaders) next.delete(name);
  const isGet = status === 303 || (status < 303 && method === "POST");
  if (isGet) for (const name of ["content-type", "content-length"]) next.delete(name);
  return isGet && method !== "HEAD"
    ? { method: "GET", headers: next, body: undefined, signal }
    : { method, headers: next, body, signal };
}

const mostRedirects = 5;

function requireHttp({ protocol }: URL): void {
  if (protocol !== "http:" && protocol !== "https:")
    throw new TypeError("fetch failed", { cause: new Error(`no fetching over ${protocol}`) });
}

/** `fetch`, where addresses that may not be asked fail as connections do: TypeError with an AddressRefused as cause. */
export function guardedFetch(guard: GuardOptions): typeof fetch {
  return async (input, init = {}) => {
    let url = new URL(input instanceof Request ? input.url : input);
    const { redirect = "follow", signal, body } = init;
    if (body !== undefined && body !== null && typeof body !== "string")
      throw new TypeError("only texts are sent");
    let sent: Sent = {
      method: (init.method ?? "GET").toUpperCase(),
      headers: new Headers(init.headers),
      body: body ?? undefined,
      signal: signal ?? undefined,
    };
    for (let count = 0; count <= mostRedirects; count++) {
      signal?.throwIfAborted();
      requireHttp(url);
      const addresses = await allowedAddresses(url, guard).catch((cause: unknown) => {
        throw new TypeError("fetch failed", { cause });
      });
      const response = await once(url, sent, addresses);
      const next = locationOf(response, url);
      if (next === undefined || redirect === "manual") return response;
      await response.body?.cancel();
      if (redirect === "error") throw new TypeError("fetch failed: a redirect");
      sent = redirected(sent, response.status, next.origin === url.origin);
      url = next;
    }
    throw new TypeError(`fetch failed: more than ${mostRedirects} redirects`);
  };
}
