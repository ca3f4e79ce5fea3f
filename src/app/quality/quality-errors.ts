// The ways judging a set can end early. What is judged stays: the same command goes on.
import { ExitCode, FtError } from "../../core/errors.ts";

export function unaskedRows(count: number, reason: string): FtError {
  return new FtError("FT-QUALITY-004", {
    message: `${count} rows could not be judged: ${reason}`,
    hint: "Run the same command again: it judges only the rows that are left; ft data quality --estimate shows how many",
    exitCode: ExitCode.runFailed,
  });
}

export function outOfBudget(judged: number, rows: number): FtError {
  return new FtError("FT-QUALITY-005", {
    message: `the budget allows no further call: ${judged} of ${rows} rows are judged`,
    hint: "Run the same command with a higher --budget: what is paid for is not paid again",
    exitCode: ExitCode.runFailed,
  });
}
