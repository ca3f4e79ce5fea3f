// Why a request was not answered as it should be, and whether asking again can help. Not yet for a person:
// `told` makes one of errors.ts of it.
import type { FtError } from "../../core/errors.ts";
import {
  forbidden,
  gone,
  limited,
  notThere,
  refused,
  taken,
  unpaid,
  unreachable,
  unreadable,
} from "./errors.ts";

export type RefusalKind =
  | "forbidden"
  | "unpaid"
  | "missing"
  | "taken"
  | "gone"
  | "limited"
  | "unavailable"
  | "rejected"
  | "unreadable";

const byStatus: Readonly<Record<number, RefusalKind>> = {
  401: "forbidden",
  402: "unpaid",
  403: "forbidden",
  404: "missing",
  408: "unavailable",
  409: "taken",
  410: "gone",
  429: "limited",
};

function kindOf(status: number): RefusalKind {
  if (status >= 500) return "unavailable";
  if (status >= 300 && status < 400) return "unreadable";
  return byStatus[status] ?? "rejected";
}

/** What the service's own clients ask again. */
const repeated: ReadonlySet<RefusalKind> = new Set(["unavailable", "limited", "taken"]);

export class Refusal extends Error {
  readonly kind: RefusalKind;
  /** 0: no answer came. */
  readonly status: number;
  readonly headers: Headers | undefined;
  /** Of an answer. */
  readonly body: unknown;

  constructor(
    kind: RefusalKind,
    status: number,
    said: string,
    from: { headers?: Headers; body?: unknown; cause?: unknown } = {},
  ) {
    super(said, { cause: from.cause });
    this.name = "Refusal";
    this.kind = kind;
    this.status = status;
    this.headers = from.headers;
    this.body = from.body;
  }

  /** A connection that was not made, or ended before the answer did. */
  static broken(error: unknown, timeoutSeconds: number): Refusal {
    const { name, message, cause } = error as Error & {
      cause?: { code?: string; message?: string };
    };
    const said =
      name === "TimeoutError"
        ? `no answer within ${timeoutSeconds} s`
        : (cause?.code ?? cause?.message ?? message);
    return new Refusal("unavailable", 0, said, { cause: error });
  }

  /** What was sent as a key has run out (RFC 6750). */
  get isOfToken(): boolean {
    const said = this.headers?.get("www-authenticate") ?? "";
    return this.status === 401 && said.includes('error="invalid_token"');
  }

  get mayRepeat(): boolean {
    const own = this.headers?.get("x-should-retry");
    if (own === "true" || own === "false") return own === "true";
    return repeated.has(this.kind);
  }

  /** As a person is told it. `what`: what was asked for, as it stands in a sentence. */
  told(what: string): FtError {
    const said =
      this.status === 0 ? this.message : `${this.status}${this.message && `: ${this.message}`}`;
    const by: Readonly<Record<RefusalKind, () => FtError>> = {
      forbidden: () => forbidden(said),
      unpaid: () => unpaid(said, 0),
      missing: () => notThere(what, said),
      taken: () => taken(what, said),
      gone: () => gone(what),
      limited: () => limited(said),
      unavailable: () => unreachable(said),
      rejected: () => refused(what, said),
      unreadable: () => unreadable(what, said),
    };
    return by[this.kind]();
  }
}

const mostWords = 300;

function wordsOf(text: string, body: unknown): string {
  const { detail, message, error } = (body ?? {}) as Record<string, unknown>;
  const said = [detail, message, error].find((one) => one !== undefined && one !== null);
  const words = typeof said === "string" ? said : said === undefined ? text : JSON.stringify(said);
  const line = (/^\s*</.test(words) ? "" : words).replace(/\s+/g, " ").trim();
  return line.length > mostWords ? `${line.slice(0, mostWords)}…` : line;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of an answer that is none; `clean` takes out what must not be told. */
export function asked(
  { status, headers, bytes }: { status: number; headers: Headers; bytes: Uint8Array },
  clean: (text: string) => string,
): Refusal {
  const text = clean(new TextDecoder().decode(bytes.subarray(0, 64 * 1024)));
  const body = jsonOf(text);
  return new Refusal(kindOf(status), status, wordsOf(text, body), { headers, body });
}
