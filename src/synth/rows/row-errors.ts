// The ways rows of a data set in the making can be unusable. Exit 4.
import { DataError } from "../../core/errors.ts";

/** A line is no JSON object. */
export function malformedRow(file: string, line: number, problem: string): DataError {
  return new DataError("FT-ROWS-001", {
    at: { file, line },
    message: `the line is not one JSON object: ${problem}`,
    hint: "each line of the file is one row, a JSON object; ft data validate FILE lists all such lines",
  });
}

export function missingRows(file: string, cause: unknown): DataError {
  return new DataError("FT-ROWS-002", {
    at: { file },
    message: "there is no such file, nor a data set of this name in the store",
    hint: "name a file of JSON lines, or NAME or NAME@3 of ft data history",
    cause,
  });
}
