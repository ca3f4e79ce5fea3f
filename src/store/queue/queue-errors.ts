// The errors of jobs, each with the command that mends it.
import { ConfigError, ExitCode, FtError, UsageError } from "../../core/errors.ts";
import type { JobStatus } from "../tables.ts";

export function unknownJob(name: string): UsageError {
  return new UsageError("FT-JOB-001", {
    message: `Unknown job '${name}'`,
    hint: "ft jobs list shows every job",
  });
}

export function ambiguousJob(start: string, ids: readonly string[]): UsageError {
  return new UsageError("FT-JOB-002", {
    message: `${ids.length} jobs begin with '${start}'`,
    problems: ids,
    hint: "Give more of the id",
  });
}

export function wrongState(id: string, status: JobStatus, wanted: string): ConfigError {
  return new ConfigError("FT-JOB-003", {
    message: `The job ${id} is ${status}, so it cannot be ${wanted}`,
    hint: `ft jobs show ${id} shows its state`,
  });
}

export function unknownKind(kind: string, known: readonly string[]): UsageError {
  return new UsageError("FT-JOB-004", {
    message: `No worker handles units of the kind '${kind}'`,
    hint: `Kinds: ${known.join(", ")}`,
  });
}

export function jobInUse(id: string): FtError {
  return new FtError(
    "FT-JOB-005",
    {
      message: `Units of the job ${id} are being worked on`,
      hint: `ft jobs cancel ${id} ends them; then it can be removed`,
    },
    ExitCode.temporary,
  );
}
