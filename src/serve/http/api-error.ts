// Errors as clients of the two APIs get them: a status, and a body in the shape of the API that was asked.
import { FtError } from "../../core/errors.ts";
import { redact } from "../../core/logger.ts";
import { AskersError } from "../model/model-host.ts";

export interface ApiErrorDetails {
  message: string;
  /** The field of the request, where it is one's fault. */
  param?: string | undefined;
  code?: string | undefined;
  headers?: Readonly<Record<string, string>>;
}

export class ApiError extends Error {
  readonly status: number;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, { message, param, code, headers = {} }: ApiErrorDetails) {
    super(message);
    this.status = status;
    this.param = param ?? null;
    this.code = code ?? null;
    this.headers = headers;
  }
}

export function badRequest(message: string, param?: string, code?: string): ApiError {
  return new ApiError(400, { message, param, code });
}

/** What Fastify calls its own refusals, in words. */
const refusals: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "the body is too large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "Content-Type must be application/json",
  FST_ERR_CTP_EMPTY_JSON_BODY: "the body is empty",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "the length of the body differs from its Content-Length",
};

interface Refusal {
  statusCode?: number;
  code?: string;
  message: string;
}

/** Paths within a request are as long as the names in it. */
const longestMessage = 2000;

function textOf(error: FtError): string {
  const { message, problems, hint } = error;
  const more = problems.length === 0 ? "" : `: ${problems.join("; ")}`;
  const text = `${message}${more}`;
  const shown = text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
  return redact(`${shown}${hint === undefined ? "" : ` (${hint})`}`);
}

/** Whatever was thrown. What nobody foresaw is told without its words: they may be anything. */
export function apiErrorOf(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof AskersError)
    return badRequest(textOf(thrown.error), undefined, thrown.error.code);
  if (thrown instanceof FtError) {
    const { code } = thrown;
    const status = code.startsWith("FT-SERVE-") ? 503 : 500;
    const headers = status === 503 ? { "retry-after": "1" } : {};
    return new ApiError(status, { message: modelError(thrown), code, headers });
  }
  const { statusCode = 500, code, message } = thrown as Refusal;
  if (statusCode >= 400 && statusCode < 500)
    return new ApiError(statusCode, { message: refusals[code ?? ""] ?? message, code });
  return new ApiError(500, { message: "the server failed; see its log" });
}

/** Last words of a process are for its owner's log. */
function modelError({ message, hint }: FtError): string {
  return redact(hint === undefined ? message : `${message} (${hint})`);
}

const openAiTypes: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
};

export function openAiBody({ status, message, param, code }: ApiError): { error: object } {
  const other = status >= 500 ? "server_error" : "invalid_request_error";
  return { error: { message, type: openAiTypes[status] ?? other, param, code } };
}

const anthropicTypes: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
};

export function anthropicBody({ status, message }: ApiError): object {
  const other = status >= 500 ? "api_error" : "invalid_request_error";
  return { type: "error", error: { type: anthropicTypes[status] ?? other, message } };
}
