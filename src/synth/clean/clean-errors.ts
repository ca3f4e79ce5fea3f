// The ways cleaning can be asked for wrongly, or undone from the wrong file.
import { DataError, UsageError } from "../../core/errors.ts";

export function unknownCleaner(name: string, known: readonly string[]): UsageError {
  return new UsageError("FT-CLEAN-002", {
    message: `there is no cleaner ${name}`,
    hint: `choose one of ${known.join(", ")}`,
  });
}

export function unknownPersonal(name: string, known: readonly string[]): UsageError {
  return new UsageError("FT-CLEAN-003", {
    message: `--personal does not know ${name}`,
    hint: `--personal all=find,email=mask; kinds: ${known.join(", ")}; actions: keep, find, mask, drop`,
  });
}

export function badDropped(file: string, problem: string, line?: number): DataError {
  return new DataError("FT-CLEAN-004", {
    at: { file, line },
    message: `cannot put the dropped rows back: ${problem}`,
    hint: "ft data clean OUT --undo DROPPED -o RESTORED, with the two files of one ft data clean",
  });
}
