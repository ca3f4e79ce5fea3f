// What a dataset, or each of several files of it, holds in numbers.
import type { Environment } from "../../core/paths.ts";
import { rowsOf } from "../../synth/rows/row-blocks.ts";
import { type Statistics, StatisticsOf } from "../../synth/rows/statistics.ts";
import { tokenCounter } from "../../synth/tokens/encodings.ts";
import { withRows } from "./row-input.ts";

export interface StatisticsRequest {
  files: readonly string[];
  encoding: string;
  /** Fields by which rows are told apart. */
  by: readonly string[];
}

export interface StatisticsReport extends Statistics {
  encoding: string;
  /** Of each file, where there are several. */
  files?: Record<string, { rows: number; tokens: number }>;
}

/** Throws DataError FT-ROWS-001 and -002, UsageError FT-TOKENS-002. */
export async function datasetStatistics(
  environment: Environment,
  { files, encoding, by }: StatisticsRequest,
): Promise<StatisticsReport> {
  const counter = await tokenCounter(encoding);
  const all = new StatisticsOf(counter, by);
  const each: Record<string, { rows: number; tokens: number }> = {};
  for (const file of files) {
    const own = new StatisticsOf(counter, []);
    await withRows(environment, file, async (input) => {
      for await (const block of input.blocks()) {
        for (const row of rowsOf(block, input.name)) {
          all.add(row);
          if (files.length > 1) own.add(row);
        }
      }
    });
    const { rows, tokens } = own.result();
    each[file] = { rows, tokens: tokens.total };
  }
  return { ...all.result(), encoding, ...(files.length > 1 && { files: each }) };
}
