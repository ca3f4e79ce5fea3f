// Errors on their way between processes: plain data on the pipe, the same error on the other side.
import { FtError, type FtErrorDetails } from "./errors.ts";
import { systemError } from "./system-errors.ts";

export interface PackedError {
  code: string;
  name: string;
  details: Omit<FtErrorDetails, "cause">;
  stack: string;
}

/** Lines of one list, and characters of one text, that cross: a pipe is no place for megabytes. */
const keptProblems = 100;
const keptCharacters = 4000;

const cut = (text: string): string =>
  text.length > keptCharacters ? `${text.slice(0, keptCharacters)}…` : text;

function cutList(problems: readonly string[]): string[] {
  const kept = problems.slice(0, keptProblems).map(cut);
  const rest = problems.length - kept.length;
  return rest > 0 ? [...kept, `… and ${rest} more`] : kept;
}

/** Whatever was thrown, as an error with a code; `unexpected` makes that of what nobody foresaw. */
export function asFtError(
  thrown: unknown,
  unexpected: (details: { message: string; cause: unknown }) => FtError,
): FtError {
  if (thrown instanceof FtError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return systemError(thrown) ?? unexpected({ message, cause: thrown });
}

export function packError(error: FtError): PackedError {
  const { code, name, hint, problems, exitCode, stack = "" } = error;
  const details = { message: cut(error.message), problems: cutList(problems), exitCode };
  return {
    ...{ code, name, stack: cut(stack) },
    details: hint === undefined ? details : { ...details, hint },
  };
}

/** The same error on this side of the pipe; its stack is the other's. */
export function unpackError({ code, name, details, stack }: PackedError): FtError {
  const error = new FtError(code, details);
  error.name = name;
  error.stack = stack;
  return error;
}
