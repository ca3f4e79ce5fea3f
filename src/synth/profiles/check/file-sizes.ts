// What a service says of files as a whole: rows, bytes, tokens, and how large a share is for validation.
import { formatBytes } from "../../../core/units.ts";
import type { ProfileLimits } from "../limits/limits.ts";
import type { Sighting } from "../profile.ts";

export interface FileSize {
  rows: number;
  bytes: number;
  /** Where they were counted. */
  tokens?: number | undefined;
}

const of = (code: Sighting["code"], message: string): Sighting => ({ code, field: "", message });

/** Of the file for training. */
export function* trainingSize(
  { rows, bytes, tokens }: FileSize,
  { limits }: ProfileLimits,
): Generator<Sighting> {
  const { minRecords, maxRecords, maxFileBytes, totalTokens } = limits;
  const least = minRecords?.value ?? 1; // nothing is learned from an empty file, whoever reads it
  if (rows < least) yield of("too_few_records", `${rows} rows; the minimum is ${least}`);
  if (maxRecords !== undefined && rows > maxRecords.value)
    yield of("too_many_records", `${rows} rows; the limit is ${maxRecords.value}`);
  if (maxFileBytes !== undefined && bytes > maxFileBytes.value)
    yield of(
      "file_too_large",
      `${formatBytes(bytes)}; the limit is ${formatBytes(maxFileBytes.value)}`,
    );
  if (totalTokens !== undefined && tokens !== undefined && tokens > totalTokens.value)
    yield of(
      "total_tokens_over_limit",
      `${tokens} tokens in total; the limit is ${totalTokens.value}`,
    );
}

function* share(
  training: FileSize,
  validation: FileSize,
  given: ProfileLimits,
): Generator<Sighting> {
  const { validationShare, validationShareAbove } = given.limits;
  if (validationShare === undefined || validation.rows <= (validationShareAbove?.value ?? 0))
    return;
  const unit = given.sharesBytes === true ? "bytes" : "rows";
  const most = Math.floor(training[unit] * validationShare.value);
  if (validation[unit] > most)
    yield of(
      "validation_too_large",
      `${validation[unit]} ${unit} for validation; the limit is ${most}, ${validationShare.value * 100} % of those for training`,
    );
}

/** Of the file for validation, beside that for training. */
export function* validationSize(
  training: FileSize,
  validation: FileSize,
  given: ProfileLimits,
): Generator<Sighting> {
  const { maxValidationRecords, maxRecordsOfBoth, maxValidationBytes, maxFileBytes } = given.limits;
  const { rows, bytes } = validation;
  const most = maxValidationBytes ?? maxFileBytes;
  if (maxValidationRecords !== undefined && rows > maxValidationRecords.value)
    yield of(
      "too_many_records",
      `${rows} rows for validation; the limit is ${maxValidationRecords.value}`,
    );
  if (maxRecordsOfBoth !== undefined && rows + training.rows > maxRecordsOfBoth.value)
    yield of(
      "too_many_records",
      `${rows + training.rows} rows in both files; the limit is ${maxRecordsOfBoth.value}`,
    );
  if (most !== undefined && bytes > most.value)
    yield of("file_too_large", `${formatBytes(bytes)}; the limit is ${formatBytes(most.value)}`);
  yield* share(training, validation, given);
}
