// What the trainer process and its supervisor say to each other. Plain data: errors are packed and unpacked here.
import { FtError, type FtErrorDetails } from "../../core/errors.ts";
import { systemError } from "../../core/system-errors.ts";
import type { RunEvent } from "../../runs/index.ts";
import type { RunRequest } from "./execute-run.ts";

export type ToTrainer =
  | { type: "start"; request: RunRequest; extensions: readonly string[] }
  | { type: "stop" };

export interface PackedError {
  code: string;
  name: string;
  details: Omit<FtErrorDetails, "cause">;
  stack: string;
}

export type FromTrainer =
  | { type: "event"; event: RunEvent }
  | { type: "done"; event: RunEvent }
  | { type: "failed"; error: PackedError };

export function packError(thrown: unknown): PackedError {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  const error = trainingError(thrown);
  const { code, name, message, hint, problems, exitCode } = error;
  const details = { message, problems, exitCode, ...(hint !== undefined && { hint }) };
  return { code, name, details, stack };
}

/** Whatever ended a run, as an error with a code. */
export function trainingError(thrown: unknown): FtError {
  if (thrown instanceof FtError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return systemError(thrown) ?? new FtError("FT-RUN-UNEXPECTED", { message, cause: thrown });
}

/** The same error on this side of the pipe; its stack is the trainer's. */
export function unpackError({ code, name, details, stack }: PackedError): FtError {
  const error = new FtError(code, details);
  error.name = name;
  error.stack = stack;
  return error;
}
