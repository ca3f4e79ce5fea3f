// Some rows of a dataset, as a file.
import type { Environment } from "../../core/paths.ts";
import { textHash } from "../../synth/clean/duplicates/normal-text.ts";
import { requireApart } from "../../synth/rows/apart.ts";
import { rowLines, rowsOf } from "../../synth/rows/row-blocks.ts";
import { badCount, nothingDrawn } from "../../synth/rows/row-errors.ts";
import { fieldText } from "../../synth/rows/row-field.ts";
import { WholeFile } from "../../synth/rows/whole-file.ts";
import { type Drawable, drawRows } from "../../synth/split/sample.ts";
import { withRows } from "./row-input.ts";

export interface SampleRequest {
  file: string;
  output: string;
  /** Rows, or with `share` a part of all. */
  count?: number | undefined;
  share?: number | undefined;
  stratify?: string | undefined;
  even: boolean;
  seed: number;
}

export interface SampleReport {
  rows: number;
  drawn: number;
  /** Rows drawn of each value of the field. */
  strata: Record<string, number>;
}

/**
 * Throws UsageError FT-ROWS-005 where neither or both of count and share are given, FT-ROWS-006 for file as output,
 * FT-ROWS-010 for a sample of no rows.
 */
export async function sampleDataset(
  environment: Environment,
  { file, output, count, share, stratify, even, seed }: SampleRequest,
): Promise<SampleReport> {
  if ((count === undefined) === (share === undefined)) throw badCount();
  requireApart({ reads: [file], writes: [output] });
  return await withRows(environment, file, async (input) => {
    const rows: Drawable[] = [];
    for await (const block of input.blocks()) {
      for (const { id, value, text } of rowsOf(block, input.name)) {
        const key = value["id"] === undefined ? textHash(text).toString(36) : id;
        rows.push({
          key,
          stratum: stratify === undefined ? "" : (fieldText(value, stratify) ?? ""),
        });
      }
    }
    const wanted = count ?? Math.round((share ?? 0) * rows.length);
    if (wanted === 0) throw nothingDrawn(input.name, rows.length);
    const drawn = new Set(drawRows(rows, { count: wanted, seed, isEven: even }));
    using kept = new WholeFile(output);
    let row = 0;
    for await (const block of input.blocks())
      for (const text of rowLines(block, input.name)) if (drawn.has(row++)) kept.line(text);
    await kept.commit();
    const strata: Record<string, number> = {};
    for (const at of drawn) {
      const { stratum } = rows[at]!;
      strata[stratum] = (strata[stratum] ?? 0) + 1;
    }
    return { rows: rows.length, drawn: drawn.size, strata };
  });
}
