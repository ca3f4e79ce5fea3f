// Takes rows through the cleaners: what stays, what goes and why, what was changed. Makes no files and knows no store.
import { type LineBlock, type Row, rowsOf } from "../rows/row-blocks.ts";
import { saidBy } from "../rows/row-text.ts";
import type { CleanedRow, CleanOptions, CleanTools, Look, Verdict } from "./cleaner.ts";
import { cleaners } from "./cleaners/registry.ts";

export interface Outcome {
  readonly row: Row;
  /** From 0. */
  readonly position: number;
  /** The row's line as it is now; undefined where it goes. */
  readonly text: string | undefined;
  /** What took or changed it. */
  readonly step?: string;
  readonly reason?: string;
  readonly details?: object;
  /** What was only told: cleaner and reason. */
  readonly notes: readonly string[];
}

interface Prepared {
  readonly name: string;
  readonly look: Look;
}

async function prepared(
  names: readonly string[],
  options: CleanOptions,
  tools: CleanTools,
): Promise<Prepared[]> {
  const ready: Prepared[] = [];
  for (const name of cleaners.names().filter((known) => names.includes(known))) {
    const look = await cleaners.get(name).prepare(options, tools);
    if (look !== undefined) ready.push({ name, look });
  }
  return ready;
}

/** One row through the cleaners until one takes it. */
class Passage {
  row: CleanedRow;
  readonly notes: string[] = [];
  readonly changes: { step: string; reason: string }[] = [];
  dropped: { step: string; reason: string; details?: object } | undefined;

  constructor(row: Row, position: number) {
    this.row = { ...row, position, said: saidBy(row.value) };
  }

  through(steps: readonly Prepared[]): void {
    for (const { name, look } of steps) {
      for (const verdict of look(this.row)) this.#take(name, verdict);
      if (this.dropped !== undefined) return;
    }
  }

  outcome(row: Row): Outcome {
    const { position } = this.row;
    const base = { row, position, notes: this.notes };
    if (this.dropped !== undefined) return { ...base, ...this.dropped, text: undefined };
    const [change] = this.changes;
    if (change === undefined) return { ...base, text: row.text };
    const reason = this.changes.map((each) => each.reason).join("; ");
    return { ...base, step: change.step, reason, text: JSON.stringify(this.row.value) };
  }

  #take(step: string, verdict: Verdict): void {
    const { kind, reason } = verdict;
    if (kind === "note") this.notes.push(`${step}: ${reason}`);
    else if (kind === "drop") {
      const { details } = verdict;
      this.dropped ??= { step, reason, ...(details !== undefined && { details }) };
    } else {
      this.changes.push({ step, reason });
      this.row = { ...this.row, value: verdict.value, said: saidBy(verdict.value) };
    }
  }
}

export interface CleanRequest {
  /** Told in errors. */
  readonly file: string;
  readonly steps: readonly string[];
  readonly options: CleanOptions;
  readonly tools: CleanTools;
}

/** Every row in order with what became of it. Throws DataError FT-ROWS-001, UsageError FT-CLEAN-002. */
export async function* cleanRows(
  blocks: AsyncIterable<LineBlock>,
  { file, steps, options, tools }: CleanRequest,
): AsyncGenerator<Outcome> {
  for (const name of steps) cleaners.get(name);
  const ready = await prepared(steps, options, tools);
  let position = 0;
  for await (const block of blocks) {
    for (const row of rowsOf(block, file)) {
      const passage = new Passage(row, position++);
      passage.through(ready);
      yield passage.outcome(row);
    }
  }
}
