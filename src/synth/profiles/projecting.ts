// A record in a profile's form, and a row of a profile as a record again.
import type { JsonObject } from "../../text/types.ts";
import { type ReadRecord, readRecord } from "../records/reading.ts";
import type { DatasetRecord } from "../records/record.ts";
import type { Profile, Projection, ProjectOptions } from "./profile.ts";

/** In the first form that takes the record; the last one's reason where none does. */
export function projectRecord(
  profile: Profile,
  record: DatasetRecord,
  options: ProjectOptions,
): Projection {
  let written: Projection = {
    refused: { field: "", why: "the profile does not have this format" },
  };
  for (const form of profile.forms) {
    written = form.project(record, options);
    if ("row" in written) return written;
  }
  return written;
}

/** The record of a profile's row; `line`, from 1, is its id where it has none. */
export function parseProfileRow(profile: Profile, row: JsonObject, line: number): ReadRecord {
  const form = profile.forms.find((one) => one.detect(row));
  if (form !== undefined) return readRecord(form, row, line);
  return { problems: [{ field: "", message: "the row has none of the profile's formats" }] };
}
