// What to know before every weight of a large model is trained.
import { elementCount } from "../../core/element-count.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import type { MemoryEstimate } from "../../train/memory-estimate.ts";
import { chosenMethod } from "../../train/methods.ts";
import { type TuningPlan, tunings } from "../../train/tuning/index.ts";
import type { RunConfig } from "../config/schema.ts";

/** From this many weights on, training them all is worth a second thought. */
const manyWeights = 1e9;

export function largeModelNotices(
  config: RunConfig,
  { shapes }: Pick<TuningPlan, "shapes">,
  { totalBytes }: Pick<MemoryEstimate, "totalBytes">,
): string[] {
  const trainable = shapes.reduce((sum, shape) => sum + elementCount(shape), 0);
  if (trainable <= manyWeights || tunings.get(chosenMethod(config).tuning).isAdapter) return [];
  return [
    `${formatCount(trainable)} weights are trained, which is estimated to need ${formatBytes(totalBytes)} of memory: ` +
      "--method lora trains few beside them, --num-layers N those of the last blocks",
  ];
}
