import type { DatasetFormat } from "../../store/platform/index.ts";
// Which of the platform's two formats a row is in: messages, or instruction and output. What is in neither, or keeps its
// form badly, is told with its line and field.
import { formOf, rowForms } from "../../synth/profiles/forms/index.ts";
import { knownFields } from "../../synth/profiles/forms/index.ts";
import type { Loss } from "../../synth/profiles/profile.ts";
import { readRecord } from "../../synth/records/reading.ts";
import type { DatasetRecord } from "../../synth/records/record.ts";
import type { JsonObject } from "../../text/types.ts";

export interface FieldFault {
  field: string;
  why: string;
}

export type FormattedRow =
  | { format: DatasetFormat; record: DatasetRecord; losses: readonly Loss[] }
  | { fault: FieldFault };

const forms: Record<DatasetFormat, string> = { chat: "chat", instruction: "alpaca" };

function formatOf(row: JsonObject): DatasetFormat | undefined {
  const form = formOf(row);
  if (form === rowForms.get(forms.instruction)) return "instruction";
  return Array.isArray(row["messages"]) ? "chat" : undefined;
}

/** `line`, from 1, is the row's id where it has none. */
export function formattedRow(row: JsonObject, line: number): FormattedRow {
  const format = formatOf(row);
  if (format === undefined) {
    const why = `the row has neither messages nor instruction and output; its fields are ${knownFields(row)}`;
    return { fault: { field: "", why } };
  }
  const { metadata: _, ...said } = row;
  const read = readRecord(rowForms.get(forms[format]), said, line);
  if ("record" in read) {
    if (read.record.messages.length > 0) return { format, ...read };
    return { fault: { field: "messages", why: "messages is empty" } };
  }
  const [first] = read.problems;
  return { fault: { field: first?.field ?? "", why: first?.message ?? "" } };
}
