// What goes wrong while something is uploaded, and what a person can do about it.
// The hub's answers as `HubFailure` come from hub-connection.ts.
import { ProviderError } from "../core/errors.ts";
import { formatDuration } from "../core/units.ts";
import type { HubFailure } from "./hub-errors.ts";

const TOKENS = "https://huggingface.co/settings/tokens";

/** Where it was to go. */
export interface UploadTarget {
  id: string;
  branch: string;
  endpoint: string;
}

type Explanation = [code: string, message: string, hint: string];

export function noToken({ endpoint }: UploadTarget): ProviderError {
  return new ProviderError("FT-UPLOAD-002", {
    message: `${endpoint} takes uploads from known accounts only, and there is no token here`,
    hint: `create one that may write at ${TOKENS}; then: hf auth login, or export HF_TOKEN=hf_…`,
  });
}

function badToken(): Explanation {
  const message = "the hub does not accept the token (HF_TOKEN, or the file hf auth login wrote)";
  const hint = `create a new one that may write at ${TOKENS}, then: export HF_TOKEN=hf_…`;
  return ["FT-UPLOAD-003", message, hint];
}

function forbidden({ message: said }: HubFailure, { id }: UploadTarget): Explanation {
  const [owner] = id.split("/");
  const message = `the token may not write to ${id}${said === "" ? "" : `: ${said}`}`;
  const hint = `give a name under your own account instead of ${owner}/, or a token with write access to it: ${TOKENS}`;
  return ["FT-UPLOAD-004", message, hint];
}

function tooLarge({ message: said }: HubFailure, { id }: UploadTarget): Explanation {
  const message = `the account of ${id} has no room for this upload${said === "" ? "" : `: ${said}`}`;
  const hint =
    "make room at https://huggingface.co/settings/billing, upload an adapter instead of a whole model, or quantize it";
  return ["FT-UPLOAD-006", message, hint];
}

function refused({ status, message: said, retryAfter }: HubFailure): Explanation {
  const when = retryAfter === undefined ? "later" : `in ${formatDuration(Math.ceil(retryAfter))}`;
  const message = `the hub answered ${status} and the upload is not finished: ${said}`;
  return ["FT-UPLOAD-007", message, `the same command ${when} goes on where it ended`];
}

function unreachable({ message: said }: HubFailure, { endpoint }: UploadTarget): Explanation {
  const message = `${endpoint} cannot be reached (${said}); the upload is not finished`;
  return [
    "FT-UPLOAD-007",
    message,
    "check the connection; the same command goes on where it ended",
  ];
}

const SPEAKS_OF_ROOM = /storage|quota|too large|limit reached/i;

function explanation(failure: HubFailure, target: UploadTarget): Explanation {
  const { status, message } = failure;
  if (status === undefined) return unreachable(failure, target);
  if (failure.elsewhere !== undefined) return refused(failure);
  if (status === 413 || status === 507) return tooLarge(failure, target);
  if (status === 403 && SPEAKS_OF_ROOM.test(message)) return tooLarge(failure, target);
  if (status === 401) return badToken();
  // without the right to know of it, a repository is not there
  if (status === 403 || status === 404) return forbidden(failure, target);
  return refused(failure);
}

/** Somebody else writes there as fast as we do. */
export function overtaken({ id, branch }: UploadTarget): ProviderError {
  return new ProviderError("FT-UPLOAD-005", {
    message: `somebody else keeps committing to ${id} on ${branch} during the upload`,
    hint: "wait until the other upload has ended, or give --revision with a branch of its own",
  });
}

/** The error a person sees. Exit 6. */
export function uploadError(failure: HubFailure, target: UploadTarget): ProviderError {
  const [code, message, hint] = explanation(failure, target);
  return new ProviderError(code, { message, hint, cause: failure });
}
