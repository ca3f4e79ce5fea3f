// A learner of this process from a model with its weights: what is trained, the objective and the optimizer, as the
// configuration says. Of runs and benchmarks alike; rows, folders and schedules are the callers'.
import { FtError } from "../../core/errors.ts";
import type { Balance, LanguageModel } from "../../models/index.ts";
import { compilesFunctions } from "../../mx/index.ts";
import type { OptimizedSlot } from "../../nn/index.ts";
import { LocalLearner } from "../../train/local-learner.ts";
import { chosenMethod } from "../../train/methods.ts";
import type { Objective } from "../../train/objectives/index.ts";
import { recomputedBlocks } from "../../train/options.ts";
import { ParallelLearner } from "../../train/parallel/learner.ts";
import type { Ring } from "../../train/parallel/ring.ts";
import { type Tuning, type TuningInput, tunings } from "../../train/tuning/index.ts";
import type { RunConfig } from "../config/schema.ts";
import { makeOptimizer } from "./plan-run.ts";

/** Puts into the model what the configuration trains. */
export async function tuningOf(
  config: RunConfig,
  model: LanguageModel,
  how: Pick<TuningInput, "origin" | "modelFiles" | "names">,
): Promise<Tuning> {
  const makeTuning = await tunings.get(chosenMethod(config).tuning).load();
  return await makeTuning({ model, options: config, seed: config.seed, ...how });
}

export interface LearnerMaterial {
  config: RunConfig;
  model: LanguageModel;
  objective: Objective;
  tuning: Tuning;
  /** What is trained. */
  slots: readonly OptimizedSlot[];
  /** Blocks that are computed once for all epochs; undefined: none. */
  frozenBlocks?: number | undefined;
}

/** `ring` of one of several that are one. */
export function learnerOf({ config, ...material }: LearnerMaterial, ring?: Ring): LocalLearner {
  const { optimization, loss } = config;
  const { slots, tuning } = material;
  const parts = {
    ...material,
    optimizer: makeOptimizer(config, slots, (name) => tuning.rateScale?.(name) ?? 1),
    maximumNorm: optimization.max_grad_norm,
    pass: {
      recompute: recomputedBlocks(optimization),
      balance: balanceIn(config, material.model),
      tokenLoss: { labelSmoothing: loss.label_smoothing, zLoss: loss.z_loss },
    },
    embeddingNoise: loss.neftune_alpha,
    compile: optimization.compile,
  };
  return ring === undefined ? new LocalLearner(parts) : new ParallelLearner(parts, ring);
}

/** How the model's routers are balanced, where they are. */
export function balanceIn({ loss }: RunConfig, { balance }: LanguageModel): Balance | undefined {
  const coefficient = loss.router_aux_loss_coef ?? balance?.coefficient ?? 0;
  return balance === undefined || coefficient === 0 ? undefined : { ...balance, coefficient };
}

/** What a person should know who asks for a balance of what is not there. */
export function balanceNotices({ loss }: RunConfig, { balance }: LanguageModel): string[] {
  if ((loss.router_aux_loss_coef ?? 0) === 0 || balance !== undefined) return [];
  return [
    "--router-aux-loss-coef has nothing to balance here: the model has no routers that learn to spread tokens",
  ];
}

/** Throws FtError FT-TRAIN-012 where a step is to be compiled and nothing is here. */
export function requireCompiler({ optimization }: RunConfig): void {
  if (!optimization.compile || compilesFunctions()) return;
  throw new FtError("FT-TRAIN-012", {
    message:
      "MLX cannot compile functions here: on the CPU that needs a C++ compiler (g++), and MLX_DISABLE_COMPILE must not be set",
    hint: "leave --compile out: the same steps, a little slower where the model is small",
    exitCode: 3,
  });
}
