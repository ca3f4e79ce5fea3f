// Errors in the one shape of this API: { error: { code, message, hint?, field?, line? }, detail }. `detail` is the message
// again, where clients of the dataset creator's API look for it. Decides the status; words are the error's own.
import { z } from "zod";
import {
  ConfigError,
  DataError,
  FtError,
  ModelError,
  ProviderError,
  UsageError,
} from "../../core/errors.ts";
import { redact } from "../../core/logger.ts";
import { systemError } from "../../core/system-errors.ts";
import { ApiError, apiErrorOf } from "../../serve/http/api-error.ts";

export const ErrorBody = z
  .object({
    error: z.object({
      code: z.string().describe("Stable code: FT-…, or a word for what HTTP itself refuses"),
      message: z.string(),
      hint: z.string().optional().describe("How to fix it"),
      field: z.string().optional().describe("The request field with the error"),
      line: z.int().optional().describe("The line of the file with the error, from 1"),
      problems: z.array(z.string()).optional(),
      request: z.string().optional().describe("Request id, as in the log"),
    }),
    detail: z.string().describe("Same as message"),
  })
  .meta({ id: "Error" });

export type ErrorBody = z.infer<typeof ErrorBody>;

/** Codes whose status is not that of their class. */
const BY_CODE: readonly (readonly [code: RegExp, status: number])[] = [
  [/^FT-JOB-001$/, 404],
  [/^FT-RUN-00[27]$/, 404],
  [/^FT-RUN-0(?:03|10|14)$/, 409],
  [/^FT-DATASET-00[12]$/, 404],
  [/^FT-JOB-(?:00[358]|011)$/, 409],
  [/^FT-JOB-007$/, 422],
  [/^FT-PROVIDER-001$/, 404],
  [/^FT-WEIGHTS-03[14]$/, 404],
  [/^FT-RECOMMEND-001$/, 422],
  [/^FT-DOMAIN-00[23]$/, 404],
  [/^FT-PLATFORM-00[127]$/, 404],
  [/^FT-DATA-04[0145]$/, 404],
  [/^FT-DATA-04[39]$/, 409],
  [/^FT-PLATFORM-006$/, 409],
  [/^FT-PLATFORM-011$/, 413],
  [/^FT-TUNING-00[12]$/, 404],
  [/^FT-STUDIO-404$/, 404],
  [/^FT-SHARE-001$/, 404],
  [/^FT-EVAL-02[24]$/, 404],
  [/^FT-EVAL-0(?:10|23)$/, 409],
  [/^FT-MAKE-015$/, 409],
  [/^FT-QUALITY-008$/, 409],
  [/^FT-TRY-00[123]$/, 404],
  [/^FT-TRY-00[45]$/, 409],
  [/^FT-REVIEW-00[12]$/, 404],
  [/^FT-REVIEW-00[45]$/, 409],
  [/^FT-(?:STORE-009|FILE-ENOSPC|FILE-EDQUOT)$/, 507],
];

const BY_CLASS: readonly (readonly [of: new (...args: never[]) => FtError, status: number])[] = [
  [UsageError, 400],
  [DataError, 422],
  [ConfigError, 422],
  [ModelError, 422],
  [ProviderError, 502],
];

export function statusOf(error: FtError): number {
  const own = BY_CODE.find(([code]) => code.test(error.code))?.[1];
  // of an error of another process only the name tells its class
  const { name } = error;
  const ofClass = BY_CLASS.find(([of]) => error instanceof of || name === of.name);
  return own ?? ofClass?.[1] ?? 500;
}

/** There is no such thing. */
export function notFound(message: string, hint?: string): FtError {
  return new UsageError("FT-STUDIO-404", { message, ...(hint !== undefined && { hint }) });
}

/** A field is not as the schema says. */
export function unprocessable(message: string, field?: string): ApiError {
  return new ApiError(422, { message, param: field, code: "invalid_value" });
}

export interface Refusal {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: ErrorBody;
}

const most = 4000;

const told = (text: string): string =>
  redact(text.length > most ? `${text.slice(0, most)}…` : text);

function ofFtError(error: FtError): ErrorBody {
  const { code, hint, problems, at } = error;
  const message = told(error.message);
  return {
    error: {
      ...{ code, message },
      ...(hint !== undefined && { hint: told(hint) }),
      ...(at?.field !== undefined && { field: at.field }),
      ...(at?.line !== undefined && { line: at.line }),
      ...(problems.length > 0 && { problems: problems.slice(0, 100).map(told) }),
    },
    detail: message,
  };
}

/** What the machine refuses a server's own files, which no option of a request places elsewhere. */
function ofTheMachine(thrown: unknown): FtError | undefined {
  const error = systemError(thrown);
  if (error === undefined) return undefined;
  const { code, message } = error;
  const hint = "check free space and permissions; the studio writes to FT_HOME and DATA_DIR";
  return new FtError(code, { message, hint, cause: thrown });
}

/** Whatever was thrown. What nobody foresaw is told without its words: they may be anything. */
export function refusalOf(thrown: unknown, request: string): Refusal {
  const error = thrown instanceof FtError ? thrown : ofTheMachine(thrown);
  if (error !== undefined) {
    const status = statusOf(error);
    const body = ofFtError(error);
    if (status >= 500) body.error.request = request;
    return { status, headers: {}, body };
  }
  const { status, message, param, code, headers } = apiErrorOf(thrown);
  const text = told(message);
  const refused = {
    code: code ?? (status >= 500 ? "internal" : "refused"),
    message: text,
    ...(param !== null && { field: param }),
    ...(status >= 500 && { request }),
  };
  return { status, headers, body: { error: refused, detail: text } };
}
