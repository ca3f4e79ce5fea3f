import { requireOther } from "../fix/fix-file.ts";
import { profiles } from "../registry.ts";
import { writeDatasetInfo } from "./dataset-info.ts";
import { exportFormats } from "./formats.ts";
// A file of rows in another form, with what is lost.
import type { LossEntry } from "./loss-report.ts";
import { ProjectedRows } from "./projected-rows.ts";
import type { BadRow } from "./record-stream.ts";
import { fileRows } from "./record-stream.ts";

export interface ConvertRequest {
  file: string;
  out: string;
  to: string;
  /** A profile or a form of rows; without it each row is looked at. */
  from?: string | undefined;
  keepsSource: boolean;
  names?: boolean | undefined;
  skipsBadRows: boolean;
}

export interface ConvertReport {
  file: string;
  out: string;
  to: string;
  rows: number;
  written: number;
  losses: LossEntry[];
  /** Rows that could not be written, the first 1,000; none unless they are to be left out. */
  refused: BadRow[];
  /** Files written beside. */
  beside: string[];
}

/** Throws UsageError FT-PROFILE-001, -002 and -005, DataError FT-PROFILE-004 and those of reading files. */
export async function convertFile(request: ConvertRequest): Promise<ConvertReport> {
  const { file, out, to, from, keepsSource, names, skipsBadRows } = request;
  const profile = profiles.get(to);
  requireOther(out, file);
  const rows = await fileRows(file);
  const projected = new ProjectedRows({
    name: file,
    rows,
    from,
    profile,
    keepsSource,
    names,
    skipsBadRows,
  });
  const { report, fields, ...counts } = await projected.survey();
  const each = async function* () {
    for await (const { row } of projected.rows()) yield row;
  };
  await exportFormats.get("jsonl").write(out, { rows: each(), fields });
  const beside = profile.hasDatasetInfo === true ? [await writeDatasetInfo(out, fields)] : [];
  return { file, out, to, ...counts, losses: report.losses, refused: report.refused, beside };
}
