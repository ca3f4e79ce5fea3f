// What goes wrong between us and the hub, and what a person can do about it.
// `HubFailure` is for the retry loop; it never leaves this folder: `explained` makes it a ProviderError.
import { ProviderError } from "../core/errors.ts";
import { formatDuration } from "../core/units.ts";
import { builtinCalled } from "./builtin.ts";

export interface HubFailureDetails {
  status?: number;
  reason?: string;
  retryAfter?: number | undefined;
  isSilence?: boolean;
  elsewhere?: string | undefined;
  isFinal?: boolean;
  cause?: unknown;
}

/** A request that brought no usable answer. No status: no answer at all. */
export class HubFailure extends Error {
  readonly status: number | undefined;
  /** The hub's X-Error-Code, for example GatedRepo. */
  readonly reason: string;
  /** Seconds after which the hub wants to be asked again, where it says so. */
  readonly retryAfter: number | undefined;
  /** Nothing came at all, not even a refusal. */
  readonly isSilence: boolean;
  /** The host that answered, where the hub had sent us on to another. */
  readonly elsewhere: string | undefined;
  /** Asking again would take as long and end alike. */
  readonly isFinal: boolean;

  constructor(message: string, details: HubFailureDetails = {}) {
    super(message, { cause: details.cause });
    this.status = details.status;
    this.reason = details.reason ?? "";
    this.retryAfter = details.retryAfter;
    this.isSilence = details.isSilence ?? false;
    this.elsewhere = details.elsewhere;
    this.isFinal = details.isFinal ?? false;
  }

  /** Trying again may help. */
  get temporary(): boolean {
    const { status, elsewhere } = this;
    if (this.isFinal) return false;
    // An address to which the hub sends on is good for a while only: the hub then gives another.
    if (status === 403 && elsewhere !== undefined) return true;
    return status === undefined || status === 408 || status === 429 || status >= 500;
  }
}

/** What was asked for, as a person wrote it. */
export interface HubQuestion {
  id: string;
  revision: string;
  endpoint: string;
  /** Whether a token was sent. */
  hasToken: boolean;
  /** What asks again; pulling the model unless said. */
  again?: string | undefined;
}

type Explanation = [code: string, message: string, hint: string];

const TOKENS = "https://huggingface.co/settings/tokens";

function gated({ id, endpoint, hasToken }: HubQuestion): Explanation {
  const page = `accept the conditions at ${endpoint}/${id}`;
  const hint = hasToken
    ? `${page} with the token's account`
    : `${page}, then: export HF_TOKEN=hf_…`;
  return ["FT-WEIGHTS-033", `${id} is gated: its owner grants access on request`, hint];
}

/** Before what else can be done. */
function orBuiltin(id: string): string {
  const near = builtinCalled(id);
  return near === undefined ? "" : `did you mean ${near}? Else `;
}

function unknownRepository({ id, endpoint, hasToken }: HubQuestion): Explanation {
  const message = `${id} is not a folder here, and not on the hub, or it is private there`;
  const look = `${orBuiltin(id)}check the name at ${endpoint}/${id}`;
  const hint = hasToken ? look : `${look}; for a private model: export HF_TOKEN=hf_… (${TOKENS})`;
  return ["FT-WEIGHTS-031", message, hint];
}

function badToken(): Explanation {
  const message = "the hub does not accept the token (HF_TOKEN, or the file hf auth login wrote)";
  return ["FT-WEIGHTS-032", message, `create a new one at ${TOKENS}, then: export HF_TOKEN=hf_…`];
}

function unknownRevision({ id, revision, endpoint }: HubQuestion): Explanation {
  const message = `${id} has no revision ${JSON.stringify(revision)}`;
  return ["FT-WEIGHTS-034", message, `see its branches at ${endpoint}/${id}/tree/main`];
}

function unreachable(failure: HubFailure, question: HubQuestion): Explanation {
  const { id, endpoint } = question;
  const message = `${endpoint} cannot be reached (${failure.message}) and ${id} is not in the cache`;
  const hint = `${orBuiltin(id)}check the connection, then: ${question.again ?? `ft models pull ${id}`}`;
  return ["FT-WEIGHTS-035", message, hint];
}

function explanation(failure: HubFailure, question: HubQuestion): Explanation {
  const { status, reason } = failure;
  if (status === undefined) return unreachable(failure, question);
  if (failure.elsewhere !== undefined) return refused(failure, question);
  if (reason === "GatedRepo") return gated(question);
  if (reason === "RevisionNotFound") return unknownRevision(question);
  if (reason === "RepoNotFound" || status === 404) return unknownRepository(question);
  if (status === 401) return question.hasToken ? badToken() : unknownRepository(question);
  if (status === 403) return gated(question);
  return refused(failure, question);
}

function refused(failure: HubFailure, { id, again }: HubQuestion): Explanation {
  const { status, retryAfter, elsewhere } = failure;
  const who = elsewhere === undefined ? "the hub" : `${elsewhere}, to which the hub sends on,`;
  const message = `${who} answered ${status} for ${id}: ${failure.message}`;
  const when = retryAfter === undefined ? "later" : `in ${formatDuration(Math.ceil(retryAfter))}`;
  return ["FT-WEIGHTS-036", message, `try again ${when}: ${again ?? `ft models pull ${id}`}`];
}

/** The error a person sees. Exit 6. */
export function explained(failure: HubFailure, question: HubQuestion): ProviderError {
  const [code, message, hint] = explanation(failure, question);
  return new ProviderError(code, { message, hint, cause: failure });
}
