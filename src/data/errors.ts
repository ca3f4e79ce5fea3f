// The ways data can be unusable, one class each, all exiting with 4. Codes are stable.
// What a row may look like is not here: formats/ says that and hands over problems.
import { DataError, type FtErrorDetails } from "../core/errors.ts";

/** There is no such file, folder or shipped set. */
export class MissingDataError extends DataError {
  constructor(details: FtErrorDetails) {
    super("FT-DATA-001", details);
  }
}

/** The file's kind is not one that can be read. */
export class UnsupportedFileError extends DataError {
  constructor(details: FtErrorDetails) {
    super("FT-DATA-002", details);
  }
}

/** The file is not the JSON its name or beginning promises. */
export class MalformedDataError extends DataError {
  constructor(details: FtErrorDetails) {
    super("FT-DATA-003", details);
  }
}

/** The file, or the split a run needs, holds no rows. */
export class EmptyDataError extends DataError {
  constructor(details: FtErrorDetails) {
    super("FT-DATA-004", details);
  }
}

/** A row format is unknown, or rows are not in the format that was asked for. */
export class DataFormatError extends DataError {
  constructor(details: FtErrorDetails) {
    super("FT-DATA-005", details);
  }
}

/** Rows are in a known format but break its rules. */
export class DataValidationError extends DataError {
  constructor(details: FtErrorDetails) {
    super("FT-DATA-006", details);
  }
}
