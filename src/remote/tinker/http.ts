// One request to Tinker and its answer: asked again while that helps, with the same idempotency key, so that what arrived
// the first time is not done twice. Redirects are refused, sizes and times bounded. Knows no call by name.
import { randomUUID } from "node:crypto";
import { redact } from "../../core/logger.ts";
import { firstOf } from "../../core/signals.ts";
import { unreadable } from "./errors.ts";
import { type Pause, pause as wait, retryDelay } from "./pause.ts";
import { asked, Refusal } from "./refusal.ts";

export const PROTOBUF = "application/x-protobuf";

export interface Ask {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Behind the base address, beginning with `/api/v1/`. */
  path: string;
  /** JSON, or bytes as they are. */
  body?: object | Uint8Array;
  headers?: Readonly<Record<string, string>>;
  /** For one try. */
  timeoutSeconds?: number;
  /** Tries after the first; 0 where the caller has its own way of asking again. */
  retries?: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
}

export interface HttpOptions {
  baseUrl: string;
  userAgent: string;
  /** Of the moment: it may be a short-lived one. */
  token: () => Promise<string>;
  signal?: AbortSignal | undefined;
  fetch?: typeof fetch;
  pause?: Pause;
  /** The token is not taken any more. True where there is another one now: then it is tried with that, once. */
  onRejectedToken?: ((token: string) => boolean) | undefined;
  /** Gets each try that failed and is made again. */
  onRetry?: ((refusal: Refusal) => void) | undefined;
}

const mostTries = 10;
const usualTimeout = 60;
/** Losses of a thousand long rows are some tens of megabytes. */
const mostBytes = 512 * 2 ** 20;

async function readBounded(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += (part as Uint8Array).length;
    if (size > mostBytes) throw new Refusal("unreadable", 0, "an answer of more than 512 MiB");
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts);
}

export class TinkerHttp {
  readonly #options: HttpOptions;
  readonly pause: Pause;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.pause = options.pause ?? wait;
  }

  get signal(): AbortSignal | undefined {
    return this.#options.signal;
  }

  get baseUrl(): string {
    return this.#options.baseUrl;
  }

  /** @throws Refusal when the tries are used up or trying again does not help; the signal's reason. */
  async ask(request: Ask): Promise<Answer> {
    const { retries = mostTries } = request;
    const key = request.method === "GET" ? undefined : `ft-${randomUUID()}`;
    let hasNewToken = false;
    for (let tries = 0; ; tries++) {
      const token = await this.#options.token();
      try {
        return await this.#once(request, key, token);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (!hasNewToken && error.isOfToken && this.#options.onRejectedToken?.(token) === true) {
          hasNewToken = true;
          continue;
        }
        if (!error.mayRepeat || tries >= retries) throw error;
        this.#options.onRetry?.(error);
        await this.pause(retryDelay(tries, error.headers), this.signal);
      }
    }
  }

  async #once(request: Ask, idempotencyKey: string | undefined, secret: string): Promise<Answer> {
    const { method = "POST", path, body, headers, timeoutSeconds = usualTimeout } = request;
    const { baseUrl, userAgent, signal } = this.#options;
    const limit = firstOf([signal], timeoutSeconds * 1000);
    try {
      const response = await (this.#options.fetch ?? fetch)(`${baseUrl}${path}`, {
        method,
        headers: {
          accept: "application/json",
          ...(body !== undefined && { "content-type": "application/json" }),
          "user-agent": userAgent,
          "x-api-key": secret,
          ...(idempotencyKey !== undefined && { "x-idempotency-key": idempotencyKey }),
          ...headers,
        },
        ...(body !== undefined && {
          body: body instanceof Uint8Array ? body : JSON.stringify(body),
        }),
        redirect: "manual",
        signal: limit.signal,
      });
      const answer = {
        status: response.status,
        headers: response.headers,
        bytes: await readBounded(response),
      };
      if (response.ok) return answer;
      throw asked(answer, (text) => redact(text).replaceAll(secret, "***"));
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof Refusal ? error : Refusal.broken(error, timeoutSeconds);
    } finally {
      limit.done();
    }
  }
}

/** @throws ProviderError FT-REMOTE-013 for what is no JSON. */
export function jsonOf({ bytes }: Answer, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw unreadable(what, error instanceof Error ? error.message : "no JSON");
  }
}
