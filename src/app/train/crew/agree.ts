// What several workers settle before the first step: that they have the same model and rows, and, from the first of them,
// what the run is, how far it has come, and every number that is trained.
import { FtError } from "../../../core/errors.ts";
import { ParallelLearner } from "../../../train/parallel/learner.ts";
import type { Ring } from "../../../train/parallel/ring.ts";
import type { TrainingRun } from "../../../train/run.ts";
import { RunState } from "../../../train/state.ts";
import type { RunConfig } from "../../config/schema.ts";
import type { PreparedRun, Recorded } from "../prepare-run.ts";
import { workerName } from "./messages.ts";

/** The run as all of them make it ready. */
export interface ToldRun {
  config: RunConfig;
  template: Recorded["template"];
}

/** Of the first: says what the run is. */
export function tellRun(ring: Ring, told: ToldRun): void {
  ring.hear(0, JSON.stringify(told));
}

export function hearRun(ring: Ring): ToldRun {
  return JSON.parse(ring.hear(0, "")) as ToldRun;
}

/** By what a person calls it. */
function fingerprint({ record }: PreparedRun, { totalSteps }: TrainingRun): Record<string, string> {
  const { versions = {}, model, dataset } = record;
  return {
    ft: versions["ft"] ?? "",
    MLX: versions["mlx"] ?? "",
    "the model's weights": model.digest,
    ...(record.model["teacher"] !== undefined && {
      "the teacher's weights": JSON.stringify(record.model["teacher"]),
    }),
    "the rows": String(dataset?.["tokensDigest"]),
    "the number of steps": String(totalSteps),
  };
}

/** Throws FtError FT-RING-002 naming who has what otherwise: the same for every worker. */
function requireEqual(ring: Ring, prepared: PreparedRun, run: TrainingRun): void {
  const own = fingerprint(prepared, run);
  const all = ring
    .gather(JSON.stringify(own))
    .map((said) => JSON.parse(said) as Record<string, string>);
  const problems = all.flatMap((said, rank) => {
    const others = Object.keys(own).filter((what) => said[what] !== all[0]?.[what]);
    if (others.length === 0) return [];
    return [`${workerName({ rank, workers: all.length })}: ${others.join(", ")}`];
  });
  if (problems.length === 0) return;
  throw new FtError("FT-RING-002", {
    message: "the workers do not have the same as the first one",
    problems,
    hint: "use the same version of ft, the same model and the same rows on every machine",
  });
}

/** Every worker calls it with the run that it has made ready; the first one's state and numbers become all others'. */
export function becomeEqual(ring: Ring, prepared: PreparedRun, run: TrainingRun): void {
  requireEqual(ring, prepared, run);
  run.state = RunState.parse(JSON.parse(ring.hear(0, JSON.stringify(run.state))));
  if (run.learner instanceof ParallelLearner) run.learner.equalise();
}
