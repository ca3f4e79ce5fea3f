// A request that brought no answer: why, whether another may bring one, and whether it may have been paid for.
// For loops that ask again; `explained` (errors.ts) makes of it what a person is told.

export type FailureKind =
  /** 429, or a service that says in other words that it is asked too often. */
  | "limited"
  /** 5xx. */
  | "unavailable"
  /** No connection, or one that broke. */
  | "unreachable"
  /** Nothing, or not all, came in time. */
  | "silent"
  /** An answer that is none: no JSON, too large, an unknown shape. */
  | "unreadable"
  /** 401 and 403. */
  | "forbidden"
  /** 402, or a quota that is used up. */
  | "unpaid"
  /** 404: no such model or address. */
  | "unknown"
  /** 400 and its like: it will never be answered so. */
  | "rejected"
  /** Refused for how the form of the answer was asked for; the next request asks in another way. */
  | "weakened"
  /** 3xx: prompts and keys are not sent on to another address. */
  | "redirected";

export interface FailureDetails {
  status?: number | undefined;
  /** Milliseconds after which the service wants to be asked again. */
  retryAfter?: number | undefined;
  /** The request had gone out and its end was not seen: it may have been paid for. */
  isLost?: boolean;
  cause?: unknown;
}

const PASSING: ReadonlySet<FailureKind> = new Set([
  "limited",
  "unavailable",
  "unreachable",
  "silent",
  "unreadable",
  "weakened",
]);

export class ProviderFailure extends Error {
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  /** Read by the ledger: whether it was paid for cannot be told. */
  readonly isLost: boolean;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "ProviderFailure";
    this.kind = kind;
    this.status = details.status;
    this.retryAfter = details.retryAfter;
    this.isLost = details.isLost ?? false;
  }

  /** Asking the same again may help. */
  get isPassing(): boolean {
    return PASSING.has(this.kind);
  }

  /** Whoever asks anything of this service will fare alike: a person must mend it. */
  get concernsAll(): boolean {
    return ["forbidden", "unpaid", "unknown", "redirected", "unreachable"].includes(this.kind);
  }
}
