// The errors of run folders, each with the command that mends it.
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { ConfigError, ExitCode, FtError, UsageError } from "../core/errors.ts";
import { shellWord } from "../core/shell.ts";

export function folderNotEmpty(folder: string): ConfigError {
  return new ConfigError("FT-RUN-001", {
    message: `The output folder is not empty: ${folder}`,
    hint: `--output another-folder starts a new run; ft train resume ${shellWord(folder)} continues this one`,
  });
}

export function notARun(folder: string): ConfigError {
  return new ConfigError("FT-RUN-002", {
    message: `Not a run folder: ${folder} has no config.json`,
    hint: "ft runs list shows the folders of earlier runs",
  });
}

/** `holder` is unknown while the other process is only just taking the folder. `isNew`: another would do as well. */
export function folderLocked(
  lock: string,
  holder?: { pid: number; host: string },
  isNew = false,
): FtError {
  const folder = dirname(lock);
  const wait = isNew
    ? "Wait for it to end, or choose another folder with --output"
    : `Wait for it to end; ft runs show ${shellWord(folder)} shows its progress`;
  const isHere = holder === undefined || holder.host === hostname();
  const who = holder && `(process ${holder.pid}${isHere ? "" : ` on ${holder.host}`})`;
  return new FtError(
    "FT-RUN-003",
    {
      message: `Another run is writing to ${[folder, who].filter(Boolean).join(" ")}`,
      hint: isHere
        ? wait
        : `Wait for it to end; if no run is going on there, or this machine had that name before: rm ${shellWord(lock)}`,
    },
    ExitCode.temporary,
  );
}

export function outputIsFile(path: string): ConfigError {
  return new ConfigError("FT-RUN-004", {
    message: `The output folder is a file: ${path}`,
    hint: "Choose a folder with --output",
  });
}

export function unreadableConfig(file: string, reason: string): ConfigError {
  return new ConfigError("FT-RUN-005", {
    at: { file },
    message: `The run's configuration cannot be read: ${reason}`,
    hint: "Start the run again with ft train start",
  });
}

export function newerRecord(folder: string, found: number, known: number): ConfigError {
  return new ConfigError("FT-RUN-022", {
    message: `The run in ${folder} was written by a newer ft: it has format version ${found}, and this ft reads up to ${known}`,
    hint: "npm install -g @finetune-local/ft@latest",
  });
}

export function unknownRun(name: string, near: string | undefined): UsageError {
  return new UsageError("FT-RUN-007", {
    message: `Unknown run '${name}'${near === undefined ? "" : `; did you mean ${near}?`}`,
    hint: "ft runs list shows every run",
  });
}

export function ambiguousRun(start: string, ids: readonly string[]): UsageError {
  return new UsageError("FT-RUN-007", {
    message: `${ids.length} runs begin with '${start}'`,
    problems: ids,
    hint: "Give more of the id",
  });
}

export function replacedRun(runId: string, folder: string, by: string): ConfigError {
  return new ConfigError("FT-RUN-010", {
    message: `The run ${runId} is gone: ${folder} holds ${by} now`,
    hint: `ft runs show ${by}`,
  });
}

/** `what` it is instead. */
export function notRunning(folder: string, what: string): UsageError {
  const mend = what === "completed" ? "ft runs show" : "ft train resume";
  return new UsageError("FT-RUN-016", {
    message: `The run in ${folder} is not running: it is ${what}`,
    hint: `${mend} ${shellWord(folder)}`,
  });
}

/** Nobody writes to the folder any more, and nothing there says how the run ended. */
export function endedUntold(folder: string): FtError {
  return new FtError("FT-RUN-017", {
    message: `The run in ${folder} ended without a result: its process was killed, or the machine was switched off`,
    hint: `ft train resume ${shellWord(folder)} goes on from the last checkpoint`,
  });
}

export function otherMachine(
  folder: string,
  { pid, host }: { pid: number; host: string },
): UsageError {
  return new UsageError("FT-RUN-018", {
    message: `The run in ${folder} runs on the machine ${host} (process ${pid}); stop it there`,
    hint: `on ${host}: ft runs stop ${shellWord(folder)}; if no run goes on there: rm ${shellWord(join(folder, "run.lock"))}`,
  });
}

export function otherUser(folder: string, pid: number): FtError {
  return new FtError("FT-RUN-019", {
    message: `The run in ${folder} belongs to another user (process ${pid}), and may not be stopped by this one`,
    hint: "ask that user, or stop it as that user",
  });
}

export function runIsRunning(folder: string, pid: number): FtError {
  return new FtError(
    "FT-RUN-014",
    {
      message: `The run in ${folder} is running (process ${pid})`,
      hint: `Wait for it to end, or end it: ft runs stop ${shellWord(folder)}`,
    },
    ExitCode.temporary,
  );
}
