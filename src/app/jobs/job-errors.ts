// The errors of putting jobs into the queue and of working on them, each with what mends it.
import { ConfigError, ExitCode, FtError, UsageError } from "../../core/errors.ts";
import type { JsonProblem } from "../../core/json-text.ts";
import type { UnknownName } from "../../core/registry.ts";

export function unknownJobKind({ name, known, nearest }: UnknownName): UsageError {
  return new UsageError("FT-JOB-006", {
    message: `Unknown kind of job '${name}'${nearest === undefined ? "" : `; did you mean ${nearest}?`}`,
    hint: `Kinds: ${known.join(", ")}`,
  });
}

export function wrongParameters(kind: string, problems: readonly string[]): UsageError {
  return new UsageError("FT-JOB-007", {
    message: `Invalid parameters for a job of the kind ${kind}`,
    problems,
    hint: "docs/jobs.md lists what each kind takes",
  });
}

/** `id` names the job that is going to write there. */
export function folderTaken(folder: string, id: string): ConfigError {
  return new ConfigError("FT-JOB-008", {
    message: `The job ${id} in the queue trains into ${folder}`,
    hint: `--output another-folder, or ft jobs cancel ${id}`,
  });
}

/** The last reason why the worker's process ended. */
export function workerKeepsEnding(deaths: number, reason: string, seconds: number): FtError {
  return new FtError("FT-JOB-009", {
    message: `The job worker process ended ${deaths} times in a row: ${reason}`,
    hint: `It is restarted every ${seconds} s; ft jobs work runs the jobs in a terminal and shows what happens`,
  });
}

export function wrongLimit(value: string): ConfigError {
  return new ConfigError("FT-JOB-010", {
    at: { field: "MAX_CONCURRENT_JOBS" },
    message: `${JSON.stringify(value)} is not a number of jobs`,
    hint: "MAX_CONCURRENT_JOBS=2",
  });
}

/** The process that did a unit of the job died. */
export function taskDied(how: string, lastWords: string): FtError {
  return new FtError("FT-JOB-014", {
    message: `the worker process ended ${how}`,
    problems: lastWords === "" ? [] : lastWords.split("\n").slice(-12),
    hint: "the system kills a process when memory runs out: use a smaller model, or loadIn4bit",
  });
}

/** Another process keeps the run's folder. */
export function folderBusy(folder: string, pid: number): FtError {
  return new FtError(
    "FT-JOB-011",
    {
      message: `The process ${pid} still writes to ${folder}`,
      hint: "the job continues when that process has ended; ft jobs cancel ends the job",
    },
    ExitCode.temporary,
  );
}

/** `file` where they were in one. */
export function wrongJson(
  file: string | undefined,
  { line, column, reason }: JsonProblem,
): UsageError {
  return new UsageError("FT-JOB-013", {
    at: file === undefined ? { field: "parameters" } : { file, line },
    message: `no JSON, at column ${column}: ${reason}`,
    hint: `ft jobs submit export '{"format": "hf", "model": "./output", "output": "./tuned"}'`,
  });
}
