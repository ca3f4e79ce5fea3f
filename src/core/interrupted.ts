// The error of work that was asked to stop before it had anything to save.
// A run that has begun does not end with it: it saves and ends with the event run-stopped.
import { ExitCode, FtError } from "./errors.ts";

/** FT-INTERRUPTED, exit 130: `where` says what was under way and what is left of it. */
export function interrupted(where: string): FtError {
  return new FtError("FT-INTERRUPTED", {
    message: `stopped ${where}`,
    exitCode: ExitCode.interrupted,
  });
}
