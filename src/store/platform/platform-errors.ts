// The errors of the dataset creator's datasets and examples, each with what mends it.
import { ConfigError, DataError, UsageError } from "../../core/errors.ts";

export function unknownDatasetId(id: number): UsageError {
  return new UsageError("FT-PLATFORM-001", {
    message: `There is no dataset ${id}`,
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
    message: `'${after}' is not a position in a list of examples`,
    hint: "Give the value of 'next' in the answer before",
  });
}

export function fileNotTakenOver(file: string, reason: string): DataError {
  return new DataError("FT-PLATFORM-005", {
    at: { file },
    message: `The file was edited outside ft and cannot be read: ${reason}`,
    hint: "Fix the line, or move the file away; then its rows are written again",
  });
}

export function changedSince(editId: number): ConfigError {
  return new ConfigError("FT-PLATFORM-006", {
    message: `The example has been changed since edit ${editId}`,
    hint: "Undo the later edits first, the newest before the others",
  });
}

export function unknownEdit(editId: number): UsageError {
  return new UsageError("FT-PLATFORM-007", {
    message: `There is no edit ${editId} that can be undone`,
    hint: "The history of an example lists its edits; each is undone once",
  });
}

export function badScore(score: unknown): DataError {
  return new DataError("FT-PLATFORM-008", {
    at: { field: "quality_score" },
    message: `A score is a number from 0 to 10, not ${String(score)}`,
    hint: "Give a number from 0 to 10, or null if it has no score",
  });
}

export function differentFormats(formats: readonly string[]): UsageError {
  return new UsageError("FT-PLATFORM-009", {
    message: `Datasets of different formats do not merge: ${formats.join(", ")}`,
    hint: "Convert them to one format first: POST /api/utils/convert",
  });
}

export function sampleTooLarge(size: number, count: number): UsageError {
  return new UsageError("FT-PLATFORM-010", {
    at: { field: "sample_size" },
    message: `A sample of ${size} cannot be drawn from ${count} examples`,
    hint: `Give a whole number from 1 to ${count}`,
  });
}

export function uploadTooLarge(bytes: number): UsageError {
  return new UsageError("FT-PLATFORM-011", {
    message: `The upload has more than ${bytes} bytes`,
    hint: "Upload it in parts and merge them, or put the file into the folder of datasets",
  });
}

export function noExamples(file: string): DataError {
  return new DataError("FT-PLATFORM-012", {
    at: { file },
    message: "The file has no rows",
    hint: "Give JSON lines, one object each, with messages or with instruction and output",
  });
}

export function nothingToMerge(): UsageError {
  return new UsageError("FT-PLATFORM-013", {
    at: { field: "dataset_ids" },
    message: "No dataset was named",
    hint: "Name the numbers of one or more datasets",
  });
}
