// What a run says of its rows as it starts, wherever its steps are computed: here, or at a service.
import { autoFormat, learnedCount, tokenCount } from "../../data/index.ts";
import type { RunEvent } from "../../runs/index.ts";
import type { RunConfig } from "../config/schema.ts";
import type { PreparedData } from "./prepare-data.ts";

type RunStarted = Extract<RunEvent, { type: "run-started" }>;

export function toldRows(
  { path, dataset, train, validation }: PreparedData,
  { data: { format } }: Pick<RunConfig, "data">,
): RunStarted["dataset"] {
  const { samples, truncated, dropped } = train;
  return {
    trainFile: path,
    trainRows: samples.length,
    validationRows: validation.samples.length,
    formats: dataset.summary.formatCounts,
    formatOverride: format !== autoFormat,
    tokens: samples.reduce((sum, sample) => sum + tokenCount(sample), 0),
    supervisedTokens: samples.reduce((sum, sample) => sum + learnedCount(sample), 0),
    truncatedRows: truncated,
    droppedRows: dropped.length,
  };
}
