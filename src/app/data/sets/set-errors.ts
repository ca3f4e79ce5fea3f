// The ways a set that pages ask for can be unusable.
import { DataError, UsageError } from "../../../core/errors.ts";

export function unknownSet(reference: string): UsageError {
  return new UsageError("FT-DATA-040", {
    message: `there is no dataset '${reference}'`,
    hint: "give its number, such as 12, or its name, such as sets:support",
  });
}

export function unknownRow(reference: string, at: number): UsageError {
  return new UsageError("FT-DATA-041", {
    message: `the set ${reference} has no row ${at + 1}`,
    hint: "it may have been removed: reload the list",
  });
}

export function noRows(file: string): DataError {
  return new DataError("FT-DATA-042", {
    at: { file },
    message: "there is no row in this file",
    hint: "a row is a line of JSON lines, an item of a JSON array, or a line of a table",
  });
}

export function changedMeanwhile(reference: string): UsageError {
  return new UsageError("FT-DATA-043", {
    message: `the set ${reference} has a newer version`,
    hint: "open the newest version, and change the row there",
  });
}

export function rowChanged(at: number): UsageError {
  return new UsageError("FT-DATA-049", {
    message: `row ${at + 1} has been changed since it was opened`,
    hint: "reload the row, then change it again",
  });
}

export function unknownLook(name: string, known: readonly string[]): UsageError {
  return new UsageError("FT-DATA-044", {
    message: `there is no search named '${name}'`,
    hint: `choose one of ${known.join(", ")}`,
  });
}

export function notLooked(look: string): UsageError {
  return new UsageError("FT-DATA-045", {
    message: `these rows have not been searched for ${look}, or have changed since the search`,
    hint: "run the search first",
  });
}

export function unknownMaking(name: string, known: readonly string[]): UsageError {
  return new UsageError("FT-DATA-046", {
    message: `there is no way to make a set named '${name}'`,
    hint: `choose one of ${known.join(", ")}`,
  });
}
