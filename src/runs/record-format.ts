// The form of a run's record, config.json: a number in it, and steps that bring an older record to the form of today,
// the oldest first. The next one is a function and a line here; what is in it is never changed afterwards. Reading a
// record brings it up to date in memory; run-folder.ts writes it so, with the old one kept, where a run goes on.
import { newerRecord } from "./run-errors.ts";

type Json = Record<string, unknown>;

/** Options that came later, as what was always done before there was a choice. */
function withLaterOptions(record: Json): Json {
  const { optimization, data, ...config } = record["config"] as {
    optimization?: Json;
    data?: Json;
  };
  return {
    ...record,
    config: {
      ...config,
      optimization: { decay_vectors: true, prefix_cache: false, ...optimization },
      data: { grouping: "pools", learn_empty_thoughts: true, ...data },
    },
  };
}

/** The first leads from version 1, which records without a number have, to version 2. */
const recordMigrations: readonly ((record: Json) => Json)[] = [withLaterOptions];

/** The version of records that are written now. */
export const RECORD_FORMAT = recordMigrations.length + 1;

export function recordFormatOf({ formatVersion }: { formatVersion?: unknown }): number {
  return Number.isSafeInteger(formatVersion) ? Number(formatVersion) : 1;
}

/** The record in the form of today. Throws FT-RUN-022 for a newer one. */
export function recordOfToday<T extends { config: Json; formatVersion?: number }>(
  folder: string,
  record: T,
): T {
  const found = recordFormatOf(record);
  if (found > RECORD_FORMAT) throw newerRecord(folder, found, RECORD_FORMAT);
  let made: Json = record as unknown as Json;
  for (const migrate of recordMigrations.slice(found - 1)) made = migrate(made);
  return { ...made, formatVersion: RECORD_FORMAT } as unknown as T;
}
