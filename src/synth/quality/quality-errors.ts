// The errors of judging and mending rows.
import { DataError, UsageError } from "../../core/errors.ts";

export function unknownCheck(name: string, known: readonly string[]): UsageError {
  return new UsageError("FT-QUALITY-001", {
    message: `there is no check '${name}'`,
    hint: `checks are ${known.join(", ")}`,
  });
}

export function unknownCriterion(name: string, known: readonly string[]): UsageError {
  return new UsageError("FT-QUALITY-002", {
    message: `there is no criterion '${name}'`,
    hint: `criteria are ${known.join(", ")}`,
  });
}

export function nothingToJudge(file: string): DataError {
  return new DataError("FT-QUALITY-003", {
    at: { file },
    message: "the file has no rows",
    hint: "name a file of JSON lines, or a dataset of ft data history",
  });
}

export function notAsJudged(id: string): UsageError {
  return new UsageError("FT-QUALITY-008", {
    message: `row ${id} was changed after quality control, or quality control did not change it`,
    hint: "Its history in the dataset shows every change, and undoes the newest",
  });
}
