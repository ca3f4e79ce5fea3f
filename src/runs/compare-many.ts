// Any number of runs beside each other: settings, inputs and results in which they are not all alike. Their figures are
// columns.ts's; of two, step by step, compare.ts's.
import { flat, resultsOf, same } from "./compare.ts";
import type { RunDetails } from "./run-index.ts";

/** One line: a setting, and what it is in each run, in their order; null where a run has none. */
export interface ComparedLine {
  key: string;
  values: unknown[];
}

export interface ManyCompared {
  runs: string[];
  /** That are not the same in all; the output folder never is and is left out. */
  settings: ComparedLine[];
  inputs: ComparedLine[];
  results: ComparedLine[];
  /** How many settings are alike. */
  alike: number;
}

function linesOf(all: readonly unknown[], ignored: readonly string[] = []): ComparedLine[] {
  const maps = all.map((one) => new Map(flat(one ?? {})));
  const keys = [...new Set(maps.flatMap((map) => [...map.keys()]))];
  return keys
    .filter((key) => key !== "" && !ignored.includes(key))
    .map((key) => ({ key, values: maps.map((map) => map.get(key) ?? null) }));
}

const differs = ({ values }: ComparedLine): boolean =>
  values.some((value) => !same(value, values[0]));

/** Runs as `showRun` gives them. */
export function compareMany(runs: readonly RunDetails[]): ManyCompared {
  const settings = linesOf(
    runs.map(({ record }) => record.config),
    ["output_dir"],
  );
  const differing = settings.filter(differs);
  const inputs = linesOf(
    runs.map(({ record: { versions, model, dataset } }) => ({ versions, model, dataset })),
  );
  return {
    runs: runs.map(({ runId }) => runId),
    settings: differing,
    inputs: inputs.filter(differs),
    results: linesOf(runs.map((run) => ({ ...resultsOf(run) }))),
    alike: settings.length - differing.length,
  };
}
