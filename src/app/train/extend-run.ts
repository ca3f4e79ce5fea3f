// A run that goes on past the length it was set to, or ends before it: the new length put into its configuration and its
// record, and what that means for its learning rate.
import { ConfigError } from "../../core/errors.ts";
import type { RunFolder, RunRecord } from "../../runs/index.ts";
import type { OptimizationOptions } from "../../train/options.ts";
import type { RunConfig } from "../config/schema.ts";
import { courseOf } from "../courses/index.ts";
import type { PreparedRun } from "./prepare-run.ts";

/** How long a run is in all, instead of what it was set to: passes over the rows, or optimizer steps. */
export type RunLength = Partial<Record<"epochs" | "iters", number>>;

type Length = Pick<OptimizationOptions, "epochs" | "iters">;

/** The later word on steps or epochs counts. */
function lengthOf({ epochs, iters }: RunLength, before: Length): Length {
  if (iters !== undefined) return { ...before, iters };
  return epochs === undefined ? before : { epochs, iters: null };
}

/** The configuration with another length. */
export function withLength(config: RunConfig, length: RunLength): RunConfig {
  const { optimization } = config;
  return { ...config, optimization: { ...optimization, ...lengthOf(length, optimization) } };
}

/** Throws ConfigError FT-RUN-013 for a length that the run has reached already. */
export function requireLonger(
  { plan, layout }: Pick<PreparedRun, "plan" | "layout">,
  stepsDone: number,
): void {
  if (plan.totalSteps > stepsDone) return;
  const passes = Number((stepsDone / layout.batches.windowsPerEpoch).toFixed(3));
  throw new ConfigError("FT-RUN-013", {
    message: `the run has done ${stepsDone} steps (${passes} epochs); ${plan.totalSteps} in total is not more`,
    hint: `--iters ${2 * stepsDone} continues for as many steps again`,
  });
}

/** Says how far the run goes now, and what became of its learning rate, which follows the length. */
export function lengthNotices(
  before: RunConfig,
  { config, plan, layout }: Pick<PreparedRun, "config" | "plan" | "layout">,
  stepsDone: number,
): string[] {
  const old = courseOf(before).plan(before, layout);
  if (old.totalSteps === plan.totalSteps) return [];
  const [from, to] = [old.schedule(Math.max(0, stepsDone - 1)), plan.schedule(stepsDone)];
  return [
    `the run goes to step ${plan.totalSteps} instead of ${old.totalSteps}: its learning rate ` +
      `(${config.optimization.lr_scheduler}) is that of a run of this length, ` +
      `${from.toPrecision(3)} before, ${to.toPrecision(3)} now`,
  ];
}

/** Writes the new length into the run's record, so that resuming it once more keeps to it. */
export async function recordLength(
  folder: RunFolder,
  record: RunRecord,
  { optimization }: RunConfig,
): Promise<void> {
  const { epochs, iters } = optimization;
  const recorded = record.config["optimization"] as Record<string, unknown>;
  const origins = { "optimization.epochs": "resume", "optimization.iters": "resume" };
  await folder.writeRecord({
    ...record,
    config: { ...record.config, optimization: { ...recorded, epochs, iters } },
    ...(record.origins !== undefined && { origins: { ...record.origins, ...origins } }),
  });
}
