// What a client of the tuning API asks for and cannot have.
import { UsageError } from "../../core/errors.ts";

export const unknownFile = (id: string): UsageError =>
  new UsageError("FT-TUNING-001", {
    message: `There is no file ${id.slice(0, 100)}`,
    hint: "GET /v1/files lists all files",
  });

export const unknownTuning = (id: string): UsageError =>
  new UsageError("FT-TUNING-002", {
    message: `There is no tuning job ${id.slice(0, 100)}`,
    hint: "GET /v1/fine_tuning/jobs lists all jobs",
  });

export const notSupported = (what: string, hint: string, field: string): UsageError =>
  new UsageError("FT-TUNING-003", { message: `${what} is not supported`, hint, at: { field } });
