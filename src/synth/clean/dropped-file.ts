// The file that says what cleaning took or changed, and putting that back: each line has the row as it was.
import { type LineBlock, rowsOf } from "../rows/row-blocks.ts";
import { badDropped } from "./clean-errors.ts";
import type { Outcome } from "./clean-rows.ts";

/** A line of the file. */
export interface DroppedLine {
  readonly id: string;
  /** Among the rows before cleaning, from 0. */
  readonly position: number;
  readonly action: "drop" | "change";
  readonly step: string;
  readonly reason: string;
  readonly details?: object;
  /** The row's line as it was. */
  readonly row: string;
}

/** Undefined for a row that stayed as it is. */
export function droppedLine(outcome: Outcome): DroppedLine | undefined {
  const { row, position, text, step, reason = "", details } = outcome;
  if (step === undefined) return undefined;
  const action = text === undefined ? "drop" : "change";
  const told = { id: row.id, position, action, step, reason } as const;
  return { ...told, ...(details !== undefined && { details }), row: row.text };
}

function checkedLine(
  value: Readonly<Record<string, unknown>>,
  file: string,
  line: number,
): DroppedLine {
  const { position, row, action, step } = value;
  const isSound =
    Number.isSafeInteger(position) &&
    typeof row === "string" &&
    typeof step === "string" &&
    (action === "drop" || action === "change");
  if (!isSound) throw badDropped(file, "the line has no position, row, step and action", line);
  return value as unknown as DroppedLine;
}

/** Throws DataError FT-CLEAN-004. */
export async function readDropped(
  blocks: AsyncIterable<LineBlock>,
  file: string,
): Promise<DroppedLine[]> {
  const lines: DroppedLine[] = [];
  for await (const block of blocks)
    for (const { value, line } of rowsOf(block, file)) lines.push(checkedLine(value, file, line));
  return lines.toSorted((a, b) => a.position - b.position);
}

async function* rowTexts(blocks: AsyncIterable<LineBlock>, file: string): AsyncGenerator<string> {
  for await (const block of blocks) for (const { text } of rowsOf(block, file)) yield text;
}

export interface UndoRequest {
  /** The rows that stayed. */
  readonly kept: AsyncIterable<LineBlock>;
  readonly keptFile: string;
  readonly dropped: readonly DroppedLine[];
  readonly droppedFile: string;
  /** Which of them come back. */
  isUndone(line: DroppedLine): boolean;
}

/**
 * The lines of a dataset as it was before cleaning, in their order; of what is not undone, as it is after. Throws
 * DataError FT-CLEAN-004 where the two files do not belong together.
 */
export async function* undone(request: UndoRequest): AsyncGenerator<string> {
  const { kept, keptFile, dropped, droppedFile, isUndone } = request;
  const texts = rowTexts(kept, keptFile);
  let next = 0;
  for (let position = 0; ; position++) {
    const line = dropped[next]?.position === position ? dropped[next++] : undefined;
    if (line?.action === "drop") {
      if (isUndone(line)) yield line.row;
      continue;
    }
    const text = await texts.next();
    if (text.done === true) {
      if (next < dropped.length || line !== undefined)
        throw badDropped(droppedFile, `${keptFile} has too few rows for it`);
      return;
    }
    yield line !== undefined && isUndone(line) ? line.row : text.value;
  }
}
