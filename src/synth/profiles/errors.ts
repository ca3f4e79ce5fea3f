// The errors of profiles and of what is written in them, each with the command that mends it. What is wrong with rows is
// no error here but a fault of catalogue.ts.
import { ConfigError, DataError, UsageError } from "../../core/errors.ts";
import type { UnknownName } from "../../core/registry.ts";

export function unknownProfile({ name, known, nearest }: UnknownName): UsageError {
  return new UsageError("FT-PROFILE-001", {
    message: `Unknown profile '${name}'. Valid options: ${known.join(", ")}`,
    hint: nearest === undefined ? "ft data limits lists them" : `did you mean ${nearest}?`,
  });
}

export function unknownForm({ name, known, nearest }: UnknownName): UsageError {
  return new UsageError("FT-PROFILE-002", {
    message: `Unknown row format '${name}'. Valid options: ${known.join(", ")}`,
    hint:
      nearest === undefined
        ? "leave --from out: the format of each row is then detected"
        : `did you mean ${nearest}?`,
  });
}

export function badLimits(file: string, problems: readonly string[], cause?: unknown): ConfigError {
  return new ConfigError("FT-PROFILE-003", {
    at: { file },
    message: "the file is not a file of limits",
    hint: "docs/providers-formats.md shows such a file",
    problems,
    cause,
  });
}

export function unwritableRows(
  file: string,
  count: number,
  problems: readonly string[],
): DataError {
  return new DataError("FT-PROFILE-004", {
    at: { file },
    message: `${count} rows cannot be written in this format; nothing was written`,
    hint: "fix them, or write the others with --skip-bad-rows",
    problems,
  });
}

export function outputIsInput(file: string): UsageError {
  return new UsageError("FT-PROFILE-005", {
    message: `${file} is the input and would be overwritten`,
    hint: "-o with another name",
  });
}

export function foreignFile(file: string): DataError {
  return new DataError("FT-PROFILE-006", {
    at: { file },
    message: "another file of this name exists and would be overwritten",
    hint: "-o in another folder, or --no-metadata",
  });
}

export function unknownFormat({ name, known, nearest }: UnknownName): UsageError {
  return new UsageError("FT-PROFILE-007", {
    message: `Unknown kind of file '${name}'. Valid options: ${known.join(", ")}`,
    hint: `--format ${nearest ?? known[0] ?? ""}`,
  });
}

export function notCopied(file: string, line: number): DataError {
  return new DataError("FT-PROFILE-008", {
    at: { file, line },
    message:
      "the line is not UTF-8 text, so it can neither be fixed nor copied; nothing was written",
    hint: "write the file as UTF-8 again: iconv -f WINDOWS-1252 -t UTF-8",
  });
}
