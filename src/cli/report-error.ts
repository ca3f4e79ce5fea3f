// How an error looks to a person: what happened, every problem, the one command that mends it.
// Never a stack, unless --verbose asks for it.
import { FtError } from "../core/errors.ts";
import { asFtError } from "../core/packed-errors.ts";

/** Anything thrown, as an error a person can act on. */
export function failureOf(thrown: unknown): FtError {
  return asFtError(
    thrown,
    ({ message, cause }) =>
      new FtError("FT-INTERNAL", {
        message: `Something went wrong inside ft: ${message}`,
        hint: "Run it again with --verbose to see where",
        cause,
      }),
  );
}

/** A screenful; machines get them all. */
const shownProblems = 20;

/** The error as lines for stderr. */
export function errorText(error: FtError, verbose: boolean): string {
  const { code, message, problems } = error;
  const lines = [`error ${code}: ${message}`];
  const shown = verbose ? problems : problems.slice(0, shownProblems);
  for (const problem of shown) lines.push(`  - ${problem}`);
  const rest = problems.length - shown.length;
  if (rest > 0) lines.push(`  … and ${rest} more (--json and --verbose show them all)`);
  if (error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  if (verbose) lines.push(...stackLines(error));
  return lines.join("\n");
}

function stackLines(error: FtError): string[] {
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.stack === undefined ? [] : ["", cause.stack];
}
