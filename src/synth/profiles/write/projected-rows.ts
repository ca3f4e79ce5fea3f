// Records as rows of a profile: gone through once to learn what would be lost and which fields there are, and again to
// be written, so that a set that cannot be written leaves nothing behind.
import type { JsonObject } from "../../../text/types.ts";
import type { DatasetRecord } from "../../records/record.ts";
import { withoutNames } from "../../records/without-names.ts";
import { unwritableRows } from "../errors.ts";
import type { Profile } from "../profile.ts";
import { projectRecord } from "../projecting.ts";
import { LossReport } from "./loss-report.ts";
import { type RowSource, type StreamedRecord, streamRecords } from "./record-stream.ts";

export interface ProjectionRequest {
  /** For messages: where the rows are from. */
  name: string;
  rows: RowSource;
  from?: string | undefined;
  profile: Profile;
  keepsSource: boolean;
  /** False: who speaks is not said; true unless given. */
  names?: boolean | undefined;
  skipsBadRows: boolean;
}

export interface ProjectedRow {
  row: JsonObject;
  record: DatasetRecord;
}

/** What writing a set means. */
export interface Survey {
  /** Of the source. */
  rows: number;
  written: number;
  report: LossReport;
  /** Fields of the rows, in the order in which they come up. */
  fields: string[];
}

const listed = 20;

function nameless({ line, record: named, losses }: StreamedRecord): StreamedRecord {
  const { record, losses: names } = withoutNames(named);
  return { line, record, losses: [...losses, ...names] };
}

export class ProjectedRows {
  readonly #request: ProjectionRequest;

  constructor(request: ProjectionRequest) {
    this.#request = request;
  }

  /** The rows; `report` hears what is lost and what is refused. */
  async *rows(report = new LossReport()): AsyncGenerator<ProjectedRow> {
    const { rows, from, profile, keepsSource, names } = this.#request;
    let written = 0;
    for await (const one of streamRecords(rows, from)) {
      if ("bad" in one) {
        report.refuse(one.bad);
        continue;
      }
      const { line, record, losses } = names === false ? nameless(one) : one;
      const at = { line: written + 1, sourceLine: line };
      const projection = projectRecord(profile, record, { ...at, keepsSource });
      if ("refused" in projection) {
        report.refuse({ line, ...projection.refused });
        continue;
      }
      written++;
      report.lose(line, [...losses, ...projection.losses]);
      yield { row: projection.row, record };
    }
  }

  /** Throws DataError FT-PROFILE-004 where a row cannot be written and none is to be left out. */
  async survey(): Promise<Survey> {
    const report = new LossReport();
    const fields = new Set<string>();
    let written = 0;
    for await (const { row } of this.rows(report)) {
      written++;
      for (const key of Object.keys(row)) fields.add(key);
    }
    const { name, skipsBadRows } = this.#request;
    if (report.refusedRows > 0 && !skipsBadRows) {
      const told = report.refused
        .slice(0, listed)
        .map(({ line, field, why }) => `line ${line}${field === "" ? "" : `, ${field}`}: ${why}`);
      throw unwritableRows(name, report.refusedRows, told);
    }
    return { rows: written + report.refusedRows, written, report, fields: [...fields] };
  }
}
