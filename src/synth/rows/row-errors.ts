// The ways rows of a dataset in the making can be unusable. Exit 4.
import { DataError, UsageError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";

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
    message: "there is no such file, nor a dataset of this name in the store",
    hint: "name a file of JSON lines, or NAME or NAME@3 of ft data history",
    cause,
  });
}

export function outputMissing(): UsageError {
  return new UsageError("FT-ROWS-003", {
    message: "no output file is given",
    hint: "-o FILE writes the rows that stay",
  });
}

export function notNewest(name: string): UsageError {
  return new UsageError("FT-ROWS-004", {
    message: `rows can be removed only from the newest version of ${name}: older versions never change`,
    hint: `give ${name} without a version, or -o FILE to write what stays`,
  });
}

export function badCount(): UsageError {
  return new UsageError("FT-ROWS-005", {
    message: "give one of --count and --share, which say how many rows are drawn",
    hint: "--count 100, or --share 0.1",
  });
}

export function outputIsRead(file: string): UsageError {
  return new UsageError("FT-ROWS-006", {
    message: `${file} is an input and would be overwritten`,
    hint: "give the output another name, in a folder that is not an input",
  });
}

export function outputTwice(file: string): UsageError {
  return new UsageError("FT-ROWS-007", {
    message: `${file} is named for two outputs`,
    hint: "give each a name of its own",
  });
}

export function notAFile(file: string): DataError {
  return new DataError("FT-ROWS-008", {
    at: { file },
    message: "this is a folder, where a file of rows is needed",
    hint: `ls ${shellWord(file)}`,
  });
}

/** One file says two things of one row. */
export function sameIdTwice(file: string, problems: string[]): DataError {
  return new DataError("FT-ROWS-009", {
    at: { file },
    message: "two different rows have the same id, so neither can be merged",
    problems,
    hint: "give one of the rows another id, or none",
  });
}

export function nothingDrawn(file: string, rows: number): UsageError {
  return new UsageError("FT-ROWS-010", {
    at: { file },
    message: `the sample would be empty (there are ${rows} rows); nothing was written`,
    hint: "--count 1 or more, or a larger --share",
  });
}
