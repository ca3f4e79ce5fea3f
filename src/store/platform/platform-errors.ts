// The errors of the dataset creator's data sets and examples, each with what mends it.
import { DataError, UsageError } from "../../core/errors.ts";

export function unknownDatasetId(id: number): UsageError {
  return new UsageError("FT-PLATFORM-001", {
    message: `There is no data set ${id}`,
    hint: "GET /api/datasets lists those that are there",
  });
}

export function unknownExample(id: number): UsageError {
  return new UsageError("FT-PLATFORM-002", {
    message: `There is no example ${id}`,
    hint: "GET /api/datasets/ID/examples lists those that are there",
  });
}

export function badExample(
  reason: string,
  at: { file?: string | undefined; line?: number | undefined; field?: string | undefined } = {},
): DataError {
  return new DataError("FT-PLATFORM-003", {
    at,
    message: reason,
    hint: "An example is one JSON object a line, with messages or with instruction and output",
  });
}

export function badCursor(after: string): UsageError {
  return new UsageError("FT-PLATFORM-004", {
    message: `'${after}' is no place in a list of examples`,
    hint: "Give what the page before said in 'next'",
  });
}
