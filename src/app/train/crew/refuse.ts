// What several workers cannot do as one does, refused by name before anything starts.
import { ConfigError } from "../../../core/errors.ts";
import type { LanguageModel } from "../../../models/index.ts";
import { chosenMethod } from "../../../train/methods.ts";
import { objectives } from "../../../train/objectives/index.ts";
import { tunings } from "../../../train/tuning/index.ts";
import type { RunConfig } from "../../config/schema.ts";
import { courseOf } from "../../courses/index.ts";
import { balanceIn } from "../make-learner.ts";
import { shareMemory } from "../memory-plan.ts";

const alone = "leave --workers and --hosts out";

/** One line for each thing that stands in the way. */
function obstacles(config: RunConfig, workers: number): string[] {
  const { optimization, loss, course } = config;
  const { tuning, objective } = chosenMethod(config);
  const rows = optimization.batch_size * optimization.gradient_accumulation_steps;
  return [
    ...(objectives.get(objective).divides === true
      ? []
      : [`--objective ${objective}: its loss is no sum over rows`]),
    ...(tunings.get(tuning).divides === true ? [] : [`--tuning ${tuning}`]),
    ...(courseOf(config).stepsAnUpdate(config) > 1
      ? [`--compat ${course.compat} with --gradient-accumulation-steps`]
      : []),
    ...(optimization.auto_batch_size ? ["--batch-size auto: machines differ"] : []),
    ...((loss.router_aux_loss_coef ?? 0) === 0
      ? []
      : ["--router-aux-loss-coef: it looks at whole batches"]),
    ...(rows >= workers
      ? []
      : [`${rows} ${rows === 1 ? "row" : "rows"} an optimizer step are too few for ${workers}`]),
  ];
}

/** Throws ConfigError FT-CONFIG-099 for what only one worker can do. */
export function requireDivisible(config: RunConfig, workers: number): void {
  const problems = obstacles(config, workers);
  if (problems.length === 0) return;
  throw new ConfigError("FT-CONFIG-099", {
    message: `${workers} workers cannot train this`,
    problems,
    hint: `change these, or ${alone}`,
  });
}

/** Looks at a run of several workers of this machine before it starts; what is free is then a worker's share. */
export function checkWorkers(config: RunConfig, workers: number): void {
  if (workers === 1) return;
  requireDivisible(config, workers);
  shareMemory(workers);
}

/** As `requireDivisible`, of what only the model tells. */
export function requireSumOfParts(config: RunConfig, model: LanguageModel): void {
  if (balanceIn(config, model) === undefined) return;
  throw new ConfigError("FT-CONFIG-099", {
    message:
      "this model's routers are balanced over whole batches, which several workers do not see",
    hint: `--router-aux-loss-coef 0, or ${alone}`,
  });
}
