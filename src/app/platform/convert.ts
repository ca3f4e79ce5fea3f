// A dataset in the other format, with an account of what that loses. A conversation of several turns becomes a row for
// each answer, or one row with the turns before as its history.
import type { Store } from "../../store/index.ts";
import {
  createFilledDataset,
  type DatasetFormat,
  describeDataset,
  exportExamples,
  fileInStep,
  type NewExample,
  type PlatformDataset,
  readDataset,
} from "../../store/platform/index.ts";
import { rowForms } from "../../synth/profiles/forms/index.ts";
import type { Loss, Projection } from "../../synth/profiles/profile.ts";
import { type LossEntry, LossReport } from "../../synth/profiles/write/loss-report.ts";
import type { DatasetRecord, RecordMessage } from "../../synth/records/record.ts";
import type { JsonObject } from "../../text/types.ts";
import type { OnRow } from "./combine.ts";
import { type FieldFault, formattedRow } from "./row-format.ts";

export type Turns = "rows" | "history";

export interface ConvertedRows {
  rows: JsonObject[];
  losses: Loss[];
  refused?: FieldFault;
}

interface Turn {
  /** Where the answer stands. */
  at: number;
  messages: RecordMessage[];
}

/** Each answer with what the user said right before it, and the system's words. */
function turnsOf({ messages }: DatasetRecord): Turn[] {
  const system = messages.filter(({ role }) => role === "system");
  return messages.flatMap((message, at): Turn[] => {
    const asked = messages[at - 1];
    if (message.role !== "assistant" || asked?.role !== "user") return [];
    return [{ at, messages: [...system, asked, message] }];
  });
}

function droppedMessages({ messages }: DatasetRecord, turns: readonly Turn[]): Loss[] {
  const kept = new Set(turns.flatMap((turn) => turn.messages));
  return messages.flatMap((message, at) =>
    kept.has(message)
      ? []
      : [
          {
            field: `messages[${at}]`,
            why: `dropped: a message of ${message.role} that belongs to no question and answer`,
          },
        ],
  );
}

const outOf = (projection: Projection): ConvertedRows =>
  "row" in projection
    ? { rows: [projection.row], losses: [...projection.losses] }
    : { rows: [], losses: [], refused: projection.refused };

function instructionRow(record: DatasetRecord, line: number): ConvertedRows {
  const done = outOf(rowForms.get("alpaca").project(record, { line, keepsSource: true }));
  const rows = done.rows.map(({ input, ...row }) => (input === "" ? row : { ...row, input }));
  return { ...done, rows };
}

function instructionRows(record: DatasetRecord, line: number, turns: Turns): ConvertedRows {
  const pairs = turnsOf(record);
  if (turns === "history" || pairs.length === 0) return instructionRow(record, line);
  const losses = droppedMessages(record, pairs);
  const rows: JsonObject[] = [];
  for (const [place, { at, messages }] of pairs.entries()) {
    const done = instructionRow({ ...record, messages }, line);
    if (done.refused !== undefined) return done;
    rows.push(...done.rows);
    losses.push(...done.losses);
    if (place > 0) {
      losses.push({
        field: `messages[${at}]`,
        why: "each later turn becomes a row of its own, without the turns before it",
      });
    }
  }
  return { rows, losses };
}

function chatRow(record: DatasetRecord, line: number): ConvertedRows {
  return outOf(rowForms.get("chat").project(record, { line, keepsSource: true }));
}

/** One row in the format `to`: as none, one or several rows, with what that loses. */
export function convertRow(
  row: JsonObject,
  to: DatasetFormat,
  { line = 1, turns = "rows" }: { line?: number; turns?: Turns } = {},
): ConvertedRows {
  const read = formattedRow(row, line);
  if ("fault" in read) return { rows: [], losses: [], refused: read.fault };
  const { format, record, losses } = read;
  if (format === to) return { rows: [row], losses: [] };
  const done = to === "chat" ? chatRow(record, line) : instructionRows(record, line, turns);
  const { metadata } = row;
  const rows = metadata === undefined ? done.rows : done.rows.map((one) => ({ ...one, metadata }));
  return { ...done, rows, losses: [...losses, ...done.losses] };
}

export interface ConvertDatasetRequest {
  datasetId: number;
  to: DatasetFormat;
  /** `rows` unless said. */
  turns?: Turns | undefined;
  name?: string | undefined;
  folder: string;
  onRow?: OnRow | undefined;
}

export interface ConvertedDataset {
  dataset: PlatformDataset;
  /** Examples that were read. */
  rows: number;
  losses: LossEntry[];
  /** Examples that could not be written so; lines count from 1 as in the file. */
  refused: { line: number; field: string; why: string }[];
}

/** Throws FT-PLATFORM-001. Scores stay where a row becomes one row. */
export async function convertDataset(
  store: Store,
  { datasetId, to, turns = "rows", name, folder, onRow }: ConvertDatasetRequest,
): Promise<ConvertedDataset> {
  const from = await readDataset(store, datasetId);
  const report = new LossReport();
  let line = 0;
  async function* examples(): AsyncGenerator<NewExample> {
    for await (const { content, qualityScore, metadata } of exportExamples(store, datasetId)) {
      line++;
      onRow?.();
      const done = convertRow(JSON.parse(content) as JsonObject, to, { line, turns });
      if (done.refused !== undefined) report.refuse({ line, ...done.refused });
      else report.lose(line, done.losses);
      const score = done.rows.length === 1 ? qualityScore : null;
      const beside = JSON.parse(metadata) as JsonObject;
      for (const row of done.rows) yield { content: row, qualityScore: score, metadata: beside };
    }
  }
  const metadata = { converted_from: datasetId, turns };
  const { id } = await createFilledDataset(store, {
    wanted: {
      name: name ?? `${from.name}, ${to}`,
      ...{ domain: from.domain, subdomain: from.subdomain, format: to, folder, metadata },
    },
    examples: examples(),
    also: async (db, made) => {
      const told = { losses: report.losses, refused: report.refusedRows };
      await describeDataset({ ...store, db }, made, { metadata: { ...metadata, ...told } });
    },
  });
  await fileInStep(store, id);
  const dataset = await readDataset(store, id);
  return { dataset, rows: line, losses: report.losses, refused: report.refused };
}
