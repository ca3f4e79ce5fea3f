// What `ft bench train --json` wrote earlier, to compare with.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import type { TrainBenchResult } from "./train-bench.ts";

const Baseline = z.looseObject({
  results: z.array(
    z.looseObject({
      shape: z.string(),
      method: z.string(),
      batch: z.number(),
      length: z.number(),
      trainableParameters: z.number(),
      tokensPerSecond: z.number(),
      peakMemoryBytes: z.number(),
    }),
  ),
});

export type BaselineResult = z.infer<typeof Baseline>["results"][number];

/** Throws UsageError FT-USAGE-013 for a file that is no such result. */
export function readBaseline(file: string): BaselineResult[] {
  try {
    return Baseline.parse(JSON.parse(readFileSync(file, "utf8"))).results;
  } catch (cause) {
    throw new UsageError("FT-USAGE-013", {
      message: `${file} is not the result of an earlier benchmark`,
      hint: "ft bench train --json > baseline.json writes one",
      cause,
    });
  }
}

/** The one of the same work, compiled or not. */
export function baselineOf(
  result: TrainBenchResult,
  baseline: readonly BaselineResult[],
): BaselineResult | undefined {
  const keys = ["shape", "method", "batch", "length", "trainableParameters"] as const;
  return baseline.find((one) => keys.every((key) => one[key] === result[key]));
}
