// What making came to: the file of rows, whole or not at all, and the report.
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { replaceFileAtomic, temporaryNameFor } from "../../../core/atomic-files.ts";
import { makeFolders } from "../../../core/folders.ts";
import type { ShortfallReason } from "../../../synth/make/gather.ts";
import { type MadeBy, madeRecord } from "../../../synth/make/made-record.ts";
import type { MakeOutcome } from "../../../synth/make/make-job.ts";
import type { DatasetRecord } from "../../../synth/records/record.ts";
import type { SourceReport } from "../../../synth/sources/report.ts";
import type { Documents } from "./documents.ts";
import type { MakePlan, MakeRequest } from "./make-dataset.ts";
import { type Spent, spentOn } from "./spent.ts";

export interface MakeReport extends Spent {
  output: string;
  /** In the file. */
  rows: number;
  /** Of them, those that documents held. */
  found: number;
  made: number;
  shortfall: { count: number; reasons: ShortfallReason[] };
  /** Why fewer rows than asked for were to be made. */
  capped?: string | undefined;
  /** Answers, or rows of them, that did not count. */
  rejected: ShortfallReason[];
  hasPrice: boolean;
  provider: string;
  models: readonly string[];
  job: string;
  sources: SourceReport;
}

function shortfallOf(missing: number, outcome: MakeOutcome): MakeReport["shortfall"] {
  if (missing <= 0) return { count: 0, reasons: [] };
  const budget = {
    code: "budget",
    count: missing,
    message: "the budget allows no further request",
  };
  const stopped = outcome.stoppedBy === "budget" ? [budget] : [];
  return { count: missing, reasons: [...stopped, ...outcome.gathered.reasons()] };
}

export function reportOf(
  { output }: MakeRequest,
  { toMake, found, provider, models, hasPrice, capped }: MakePlan,
  documents: Documents,
  outcome: MakeOutcome,
): MakeReport {
  const { gathered, spending, job } = outcome;
  return {
    output,
    rows: found + gathered.rows,
    found,
    made: gathered.rows,
    shortfall: shortfallOf(toMake - gathered.rows, outcome),
    ...(capped !== undefined && { capped }),
    rejected: gathered.reasons(),
    ...spentOn(gathered.rows, spending),
    hasPrice,
    provider,
    models,
    job: job.id,
    sources: documents.report,
  };
}

async function* lines(
  found: readonly DatasetRecord[],
  outcome: MakeOutcome,
  by: MadeBy,
): AsyncGenerator<string> {
  for (const record of found) yield `${JSON.stringify(record)}\n`;
  for await (const row of outcome.rows()) yield `${JSON.stringify(madeRecord(row, by))}\n`;
}

/** Rows that were found, then those that were made, as JSON lines. */
export async function writeRecords(
  output: string,
  found: readonly DatasetRecord[],
  outcome: MakeOutcome,
  by: MadeBy,
): Promise<void> {
  makeFolders(dirname(output));
  const temporary = temporaryNameFor(output);
  try {
    await pipeline(lines(found, outcome, by), createWriteStream(temporary, { flags: "wx" }));
    await replaceFileAtomic(temporary, output);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
