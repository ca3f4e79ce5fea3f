// What of an error becomes the last event of a run.
import type { FtError } from "../core/errors.ts";
import type { RunFact } from "./events.ts";

export function failedFact({ code, message, hint, problems, exitCode }: FtError): RunFact {
  const told = { code, message, hint: hint ?? null, problems: [...problems] };
  return { type: "run-failed", ...told, exitCode };
}
