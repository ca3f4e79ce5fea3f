// What a merge made, in words: how far it is from base and adapter, and what is left of the update.
import type { MergedResult } from "../../app/share/merge-model.ts";
import { formatBytes } from "../../core/units.ts";

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function answersLine({ answers }: MergedResult["survival"]): string[] {
  if (answers === null) return [];
  const { samples, base, adapter, merged, agreement } = answers;
  return [
    `right answers of ${samples}: base ${percent(base)}, with the adapter ${percent(adapter)}, merged ` +
      `${percent(merged)}; merged says the adapter's own in ${percent(agreement)}`,
  ];
}

export function mergedText(made: MergedResult): string {
  const { outputDir, bytes, maxLogitDifference, baseLogitDifference, survival } = made;
  return [
    `${outputDir}: ${formatBytes(bytes)}`,
    `left of the update: ${percent(survival.kept)}; rounding added ${percent(survival.noise)} of its length beside it`,
    `largest difference of a logit from base and adapter: ${maxLogitDifference.toExponential(1)}` +
      ` (the base itself: ${baseLogitDifference.toExponential(1)})`,
    ...answersLine(survival),
    ...made.warnings,
  ].join("\n");
}
