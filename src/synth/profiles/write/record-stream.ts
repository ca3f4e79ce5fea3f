// Rows of any origin as records, one at a time, with what was lost on the way; and those that are none.
import { extname } from "node:path";
import { type RawRow, fileReaders } from "../../../data/files/index.ts";
import { isObject, kindOf } from "../../../data/formats/format.ts";
import { requireFile } from "../../../data/read.ts";
import { readRecord } from "../../records/reading.ts";
import type { DatasetRecord } from "../../records/record.ts";
import { formOf, knownFields, rowForms } from "../forms/index.ts";
import type { Loss, RowForm } from "../profile.ts";
import { profiles } from "../registry.ts";

export interface StreamedRecord {
  /** Of the row it was, from 1. */
  line: number;
  record: DatasetRecord;
  losses: readonly Loss[];
}

export interface BadRow {
  line: number;
  field: string;
  why: string;
}

export type RecordOrNot = StreamedRecord | { bad: BadRow };

/** Gives the rows again each time it is asked. */
export type RowSource = () => AsyncIterable<RawRow>;

/** Rows of a file of JSON lines, JSON or a table. Throws DataError FT-DATA-001 and -002. */
export async function fileRows(file: string): Promise<RowSource> {
  await requireFile(file);
  const reader = fileReaders.get(extname(file).toLowerCase());
  return () => reader(file);
}

/** How the form of a row is told: by the row, or one form, or those of one profile. `from` is a name of either. */
export function formTeller(
  from: string | undefined,
): (row: Record<string, unknown>) => RowForm | undefined {
  if (from === undefined) return formOf;
  const { forms } = profiles.has(from) ? profiles.get(from) : { forms: [rowForms.get(from)] };
  return (row) => forms.find((form) => form.detect(row));
}

function recordOf(raw: RawRow, tell: ReturnType<typeof formTeller>, line: number): RecordOrNot {
  if (!("value" in raw)) return { bad: { line, field: "", why: raw.problem } };
  const { value } = raw;
  if (!isObject(value))
    return { bad: { line, field: "", why: `a row is an object, not ${kindOf(value)}` } };
  const form = tell(value);
  if (form === undefined)
    return {
      bad: {
        line,
        field: "",
        why: `the row is in no form that was asked for; it has the fields ${knownFields(value)}`,
      },
    };
  const read = readRecord(form, value, line);
  if ("record" in read) return { line, ...read };
  const [first] = read.problems;
  return { bad: { line, field: first?.field ?? "", why: first?.message ?? "" } };
}

export async function* streamRecords(rows: RowSource, from?: string): AsyncGenerator<RecordOrNot> {
  const tell = formTeller(from);
  let count = 0;
  for await (const raw of rows()) {
    count++;
    yield recordOf(raw, tell, "item" in raw ? count : raw.line);
  }
}
