// What the trainer process and its supervisor say to each other. Plain data: errors are packed and unpacked here.
import { FtError, type FtErrorDetails } from "../core/errors.ts";
import type { RunEvent } from "../runs/index.ts";
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

export function packError(error: unknown): PackedError {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  if (!(error instanceof FtError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: "FT-RUN-UNEXPECTED", name: "FtError", details: { message }, stack };
  }
  const { message, hint, problems, exitCode } = error;
  const details = { message, problems, exitCode, ...(hint !== undefined && { hint }) };
  return { code: error.code, name: error.name, details, stack };
}

/** The same error on this side of the pipe; its stack is the trainer's. */
export function unpackError({ code, name, details, stack }: PackedError): FtError {
  const error = new FtError(code, details);
  error.name = name;
  error.stack = stack;
  return error;
}
