// Rows of a set as units of a job: each with its place, and with the row before it that it repeats.
import { createHash, type Hash } from "node:crypto";
import type { NewUnit } from "../../store/index.ts";
import { comparedText } from "../../synth/clean/duplicates/normal-text.ts";
import { nothingToJudge } from "../../synth/quality/quality-errors.ts";
import { rowsOf } from "../../synth/rows/row-blocks.ts";
import { saidBy } from "../../synth/rows/row-text.ts";
import type { RowInput } from "../data/row-input.ts";
import type { RowToJudge } from "./judge-row.ts";

/** Which rows were there before, but for case, punctuation and spaces. */
export class RepeatedRows {
  readonly #known = new Map<string, string>();

  /** The id of the row that this one repeats. */
  repeats(value: Readonly<Record<string, unknown>>, id: string): string | undefined {
    const { system, text } = comparedText(saidBy(value));
    if (text === "") return undefined;
    const key = createHash("sha256").update(`${system}\u0000${text}`).digest("base64");
    const before = this.#known.get(key);
    if (before === undefined) this.#known.set(key, id);
    return before;
  }
}

export interface RowsToJudge {
  rows: RowToJudge[];
  /** Changes with any of them. */
  digest: string;
  characters: number;
}

/** Throws DataError FT-ROWS-001 with the line of what is no row, FT-QUALITY-003 where there are none. */
export async function rowsToJudge(input: RowInput): Promise<RowsToJudge> {
  const rows: RowToJudge[] = [];
  const known = new RepeatedRows();
  const hash: Hash = createHash("sha256");
  let characters = 0;
  for await (const block of input.blocks()) {
    for (const { id, line, value, text } of rowsOf(block, input.name)) {
      const repeats = known.repeats(value, id);
      hash.update(text).update("\n");
      characters += text.length;
      const place = { id, position: rows.length, line, text };
      rows.push({ ...place, ...(repeats !== undefined && { repeats }) });
    }
  }
  if (rows.length === 0) throw nothingToJudge(input.name);
  return { rows, digest: hash.digest("hex"), characters };
}

/** Being killed is no fault of a row's: however often a job is begun again, it goes on. */
export const mostAttempts = 1_000_000;

export function* rowUnits(rows: Iterable<RowToJudge>, stage = 0): Generator<NewUnit> {
  for (const row of rows)
    yield { key: `row-${row.position}`, kind: ROW_UNIT, stage, input: row, mostAttempts };
}

/** Kind of the units that judge a row. */
export const ROW_UNIT = "quality-row";
