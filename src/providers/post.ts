// One HTTP exchange with a service: bounded in time and size, redirects refused, its failure named.
// Knows no service; asks once.
import { retryAfterSeconds } from "../core/retry-after.ts";
import { firstOf } from "../core/signals.ts";
import { type FailureKind, ProviderFailure } from "./failures.ts";
import { at, textAt } from "./json.ts";

export type Fetch = typeof fetch;

export interface Exchange {
  fetch: Fetch;
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Absent: a GET. */
  body?: unknown;
  /** For the whole of it, in milliseconds. */
  timeout: number;
  /** Never told, whatever the service writes of it. */
  secrets: readonly string[];
}

/** No answer of text comes near it. */
const mostBytes = 8 * 1024 * 1024;

const byStatus: Readonly<Record<number, FailureKind>> = {
  401: "forbidden",
  402: "unpaid",
  403: "forbidden",
  404: "unknown",
  405: "unknown",
  408: "unavailable",
  409: "unavailable",
  425: "unavailable",
  429: "limited",
};

function kindOf(status: number): FailureKind {
  if (status >= 500) return "unavailable";
  if (status >= 300 && status < 400) return "redirected";
  return byStatus[status] ?? "rejected";
}

/** How services say in the body of a refusal what the status does not. */
const WORDS: readonly (readonly [look: RegExp, kind: FailureKind])[] = [
  [/insufficient_quota|credit balance|billing_hard_limit|insufficient credits/i, "unpaid"],
  [/rate.?limit|too many requests|resource_exhausted/i, "limited"],
  [/invalid.{0,8}api.?key|authentication|unauthorized|permission.?denied/i, "forbidden"],
  [/overloaded|unavailable|internal.?(?:server.?)?error|try again/i, "unavailable"],
  [/model.{0,80}(?:not found|does not exist|not exist)|no such model/i, "unknown"],
];

function kindInWords(text: string): FailureKind | undefined {
  return WORDS.find(([look]) => look.test(text))?.[1];
}

/** Milliseconds: `retry-after-ms`, else `Retry-After`. */
function retryAfterOf(headers: Headers, now: number): number | undefined {
  const own = headers.get("retry-after-ms");
  if (own !== null && /^\d+(?:\.\d+)?$/.test(own.trim())) return Number(own);
  const seconds = retryAfterSeconds(headers.get("retry-after"), now);
  return seconds === undefined ? undefined : seconds * 1000;
}

/** The service's own words, one line of them, without what must not be told. */
function wordsOf(text: string, secrets: readonly string[]): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const said =
    textAt(parsed, "error", "message") ??
    textAt(parsed, "error") ??
    textAt(parsed, 0, "error", "message") ??
    textAt(parsed, "message") ??
    (/^\s*</.test(text) ? "" : text);
  let line = said.slice(0, 2000).replace(/\s+/g, " ").trim();
  for (const secret of secrets) line = line.replaceAll(secret, "***");
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += (part as Uint8Array).length;
    if (bytes > mostBytes) {
      const message = `an answer of more than ${mostBytes / 2 ** 20} MiB`;
      throw new ProviderFailure("unreadable", message, { isLost: true });
    }
    parts.push(part as Uint8Array);
  }
  // what is no UTF-8 becomes U+FFFD, which rows may not hold; what it cost can still be read
  return new TextDecoder("utf-8").decode(Buffer.concat(parts));
}

/** No byte of the request can have arrived. */
const UNSENT = new Set([
  ...["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "bad port"],
  // an address that may not be asked (core/guarded-fetch.ts)
  "EADDRESSREFUSED",
]);

/** Why a request ended without an answer. */
function brokenOff(error: unknown, timeout: number, wasSent: boolean): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  if ((error as { name?: unknown }).name === "TimeoutError") {
    const message = `no whole answer came within ${timeout / 1000} s`;
    return new ProviderFailure("silent", message, { isLost: true, cause: error });
  }
  const { cause, message: said } = error as Error;
  const why = textAt(cause, "code") ?? (cause instanceof Error ? cause.message : said);
  const isUnsent = UNSENT.has(why);
  const message = isUnsent ? `no connection (${why})` : `the connection broke (${why})`;
  const isLost = wasSent || !isUnsent;
  return new ProviderFailure(isUnsent ? "unreachable" : "silent", message, {
    isLost,
    cause: error,
  });
}

/** The service answers with a failure: by its status, or in a body that calls itself an error. */
function failureOf(response: Response, text: string, secrets: readonly string[]): ProviderFailure {
  const { status, headers } = response;
  const isOk = status < 300;
  const byWords = status < 500 ? kindInWords(text) : undefined;
  const first = isOk ? "unreadable" : kindOf(status);
  // a key or a redirect is known by the status alone; 400 and 429 say more in words
  const kind = isOk || status === 400 || status === 429 ? (byWords ?? first) : first;
  const words = wordsOf(text, secrets);
  const retryAfter = retryAfterOf(headers, Date.now());
  const message = `${status}${words === "" ? "" : `: ${words}`}`;
  return new ProviderFailure(kind, message, { status, retryAfter });
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, "")) };
  } catch {
    return undefined;
  }
}

/** Asks and gives the JSON of the answer. Throws ProviderFailure, also after its `timeout`, or the signal's reason. */
export async function exchange(
  { fetch: ask, url, headers, body, timeout, secrets }: Exchange,
  signal: AbortSignal = new AbortController().signal,
): Promise<unknown> {
  const within = firstOf([signal], timeout);
  const sent = {
    method: body === undefined ? "GET" : "POST",
    headers: { ...headers, accept: "application/json", "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    redirect: "manual" as const,
    signal: within.signal,
  };
  let response: Response | undefined;
  let text: string;
  try {
    response = await ask(url, sent);
    text = await readBounded(response);
  } catch (error) {
    signal.throwIfAborted();
    throw brokenOff(error, timeout, response !== undefined);
  } finally {
    within.done();
  }
  if (response.status >= 300) throw failureOf(response, text, secrets);
  const json = parsed(text);
  if (json === undefined) {
    const message = `an answer that is not JSON (${text.length} characters)`;
    throw new ProviderFailure("unreadable", message, { status: response.status, isLost: true });
  }
  if (at(json.value, "error") !== undefined && at(json.value, "error") !== null) {
    throw failureOf(response, text, secrets);
  }
  return json.value;
}
