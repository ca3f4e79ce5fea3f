// The ways a split can be asked for wrongly. Exit 2, and 4 for a file of assignments that is none.
import { DataError, UsageError } from "../../core/errors.ts";

export function badRatios(problem: string): UsageError {
  return new UsageError("FT-SPLIT-001", {
    message: `the ratios ${problem}`,
    hint: "--ratios train=0.8,validation=0.1,test=0.1: none negative, together 1",
  });
}

export function badCap(name: string, known: readonly string[]): UsageError {
  return new UsageError("FT-SPLIT-002", {
    message: `--cap ${name}: not one of the splits, or not a whole number of rows`,
    hint: `--cap ${known.at(-1) ?? "validation"}=1000; the splits are ${known.join(", ")}`,
  });
}

export function noRoom(rows: number): UsageError {
  return new UsageError("FT-SPLIT-003", {
    message: `the caps of all splits leave no room for a group of ${rows} rows`,
    hint: "leave one split, that for training, without a cap",
  });
}

export function badName(name: string): UsageError {
  return new UsageError("FT-SPLIT-005", {
    message: `${JSON.stringify(name)} is not a valid split name: files are named after splits`,
    hint: "letters, digits, dots, dashes and underscores, as in --ratios train=0.8,validation=0.2",
  });
}

export function badAssignments(file: string, line: number | undefined, problem: string): DataError {
  return new DataError("FT-SPLIT-004", {
    at: { file, line },
    message: `Cannot read assignments here: ${problem}`,
    hint: "--frozen takes the file that --assignments wrote: one line per row, { id, split }",
  });
}
