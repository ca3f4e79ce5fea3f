// The error that something ends with, for tests of that error. Judges its kind and nothing else.
import type { FtError } from "../../src/core/errors.ts";

type Kind<E extends FtError> = new (...details: never[]) => E;

function ofKind<E extends FtError>(error: unknown, kind: Kind<E>): E {
  if (error instanceof kind) return error;
  throw new Error(`no ${kind.name} but ${String(error)}`, { cause: error });
}

/** What `body` throws; fails when that is nothing, or of another kind. */
export function refusal<E extends FtError>(body: () => unknown, kind: Kind<E>): E {
  let error: unknown;
  try {
    body();
  } catch (thrown) {
    error = thrown;
  }
  return ofKind(error, kind);
}

/** What `work` is rejected with; fails when it is not, or with another kind. */
export async function rejection<E extends FtError>(
  work: Promise<unknown>,
  kind: Kind<E>,
): Promise<E> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return ofKind(error, kind);
}
