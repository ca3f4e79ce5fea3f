// The errors of the store itself: opening, moving up, waiting, keeping copies. Those of its tenants stand beside them.
import { ConfigError, DataError, ExitCode, FtError } from "../core/errors.ts";
import { shellWord } from "../core/shell.ts";

export function storeIsNewer(file: string, found: number, known: number): ConfigError {
  return new ConfigError("FT-STORE-001", {
    at: { file },
    message: `The store was written by a newer ft: it has format version ${found}, and this ft reads up to ${known}`,
    hint: "Update ft, or point FT_HOME to another folder",
  });
}

export function notAStore(file: string, reason: string): ConfigError {
  return new ConfigError("FT-STORE-002", {
    at: { file },
    message: `Not a store of ft: ${reason}`,
    hint: `mv ${shellWord(file)} ${shellWord(`${file}.aside`)} lets ft begin a new one; ft store restore FILE brings a copy back`,
  });
}

export function storeBusy(seconds: number, cause: unknown): FtError {
  return new FtError(
    "FT-STORE-003",
    {
      message: `Another process has been writing to the store for ${seconds} s`,
      hint: "wait until it has ended, then run the command again",
      cause,
    },
    ExitCode.temporary,
  );
}

export function storeDamaged(file: string, problems: readonly string[]): DataError {
  return new DataError("FT-STORE-004", {
    at: { file },
    message: "The store is damaged",
    problems,
    hint: "ft store restore FILE brings a copy back, one that ft store backup made",
  });
}

export function backupExists(file: string): ConfigError {
  return new ConfigError("FT-STORE-005", {
    at: { file },
    message: "The file exists already, and a backup does not overwrite it",
    hint: "Name a file that does not exist",
  });
}

export function databaseUnreachable(told: string, cause: unknown): FtError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FtError(
    "FT-STORE-007",
    {
      message: `The database of the store cannot be reached: ${told}: ${reason}`,
      hint: "Look at DATABASE_URL, and whether the server runs; without DATABASE_URL the store is a file",
      cause,
    },
    ExitCode.network,
  );
}

/** Copies and checks are the server's own tools there. */
export function notAFile(told: string, command: string): ConfigError {
  return new ConfigError("FT-STORE-008", {
    message: `The store is a Postgres database: ${told}`,
    hint: `${command} does it there`,
  });
}

export function storeFull(file: string, cause: unknown): FtError {
  return new FtError("FT-STORE-009", {
    at: { file },
    message: "There is no room left on the disk for the store",
    hint: "Make room there: what was not written is done again",
    cause,
  });
}

export function storeReadOnly(file: string, cause: unknown): FtError {
  return new FtError("FT-STORE-010", {
    at: { file },
    message: "The store can be read but not written",
    hint: "Give yourself permission to write the file and its folder, or point FT_HOME to another folder",
    cause,
  });
}

export function storeNotOpened(file: string, cause: unknown): FtError {
  return new FtError("FT-STORE-011", {
    at: { file },
    message:
      "The store cannot be opened: it is a folder, or it cannot be read, or no log file can be created beside it",
    hint: "Give yourself permission there, or point FT_HOME to another folder",
    cause,
  });
}

export function storeGone(file: string): FtError {
  return new FtError("FT-STORE-012", {
    at: { file },
    message:
      "The store was removed or replaced while it was open, so nothing is read or written any more",
    hint: "Stop ft and start it again: it then uses the store that is there. ft store restore FILE brings a copy back",
  });
}

export function storeDiskFault(file: string, cause: unknown): FtError {
  return new FtError("FT-STORE-013", {
    at: { file },
    message: "The disk refuses what the store reads or writes",
    hint: "See whether the system has made the disk read-only or lost it (mount, dmesg): what was not written is done again once the disk accepts it",
    cause,
  });
}

export function storeMissing(file: string): ConfigError {
  return new ConfigError("FT-STORE-006", {
    at: { file },
    message: "There is no such file",
    hint: "ft store backup FILE makes one",
  });
}
