// Why a source is not read, each with a code that stays. All but the first are entries of the report: they cost the
// file and nothing else.
import { DataError } from "../../core/errors.ts";
import { formatBytes } from "../../core/units.ts";

export function missingSource(path: string): DataError {
  return new DataError("FT-SOURCE-001", {
    message: `There is no such file or folder, and no file matches: ${path}`,
    hint: "Give files, folders or patterns such as 'docs/**/*.md', in quotes",
  });
}

export function tooLarge(bytes: number, limit: number): DataError {
  return new DataError("FT-SOURCE-002", {
    message: `${formatBytes(bytes)}, more than the ${formatBytes(limit)} a file of this kind may have`,
    hint: "--max-file-size 200MB takes larger ones",
  });
}

export function unknownKind(what: string): DataError {
  return new DataError("FT-SOURCE-003", {
    message: `Unsupported kind of document: ${what}`,
  });
}

export function damaged(what: string, cause?: unknown): DataError {
  return new DataError("FT-SOURCE-004", {
    message: `Damaged, or not what its name says: ${what}`,
    cause,
  });
}

export function beyondLimit(what: string): DataError {
  return new DataError("FT-SOURCE-005", { message: `Beyond the limits: ${what}` });
}

export function readerDied(what: string): DataError {
  return new DataError("FT-SOURCE-006", { message: `The process that read it ${what}` });
}

export function noText(why: string): DataError {
  return new DataError("FT-SOURCE-007", { message: `Holds no text: ${why}` });
}

export function protectedSource(how: string): DataError {
  return new DataError("FT-SOURCE-008", { message: `Protected: ${how}` });
}

export function notOpened(what: string): DataError {
  return new DataError("FT-SOURCE-009", { message: `Skipped: ${what}` });
}

export function notReadable(what: string, cause?: unknown): DataError {
  return new DataError("FT-SOURCE-010", { message: `Cannot be opened: ${what}`, cause });
}
