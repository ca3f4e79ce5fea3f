// The course of a run before its first step: which rows make which step, how many steps, at which rates.
// Arithmetic over the configuration and the lengths of the data.
import type { StepPlan } from "../../data/index.ts";
import {
  groupedBy,
  makeSchedule,
  type OptimizedSlot,
  type Optimizer,
  type OptimizerKind,
  optimizers,
  type OptimizerSettings,
  type Schedule,
  type SlotGroup,
  withMasters,
} from "../../nn/index.ts";
import { totalSteps, warmupThatFits } from "../../train/options.ts";
import type { RunConfig } from "../config/schema.ts";

export interface RunPlan {
  totalSteps: number;
  schedule: Schedule;
  notices: string[];
}

export function planRun({ optimization }: RunConfig, batches: StepPlan): RunPlan {
  const steps = totalSteps(optimization, batches.windowsPerEpoch);
  const { warmupSteps, shortened } = warmupThatFits(optimization, steps);
  const schedule = makeSchedule(optimization.lr_scheduler, {
    peak: optimization.learning_rate,
    warmupSteps,
    totalSteps: steps,
    finalShare: optimization.min_lr_ratio,
    cycles: optimization.lr_cycles,
    decayRate: optimization.lr_decay_rate,
    decaySteps: optimization.lr_decay_steps,
  });
  const shorter = `warm-up of ${optimization.warmup_steps} steps is not shorter than the run of ${steps} steps: shortened to ${warmupSteps}`;
  return { totalSteps: steps, schedule, notices: shortened ? [shorter] : [] };
}

/** The share of Muon's rate that AdamW takes for embeddings and vectors (Jordan et al. 2024). */
const adamwShare = 0.2;

function optimizerSettings(
  { optimization }: RunConfig,
  { usual }: OptimizerKind,
): OptimizerSettings {
  return {
    beta1: optimization.beta1 ?? usual.beta1,
    beta2: optimization.beta2 ?? usual.beta2,
    eps: optimization.eps ?? usual.eps,
    momentum: optimization.momentum ?? usual.momentum,
    weightDecay: optimization.weight_decay,
    biasCorrection: optimization.bias_correction,
    coupledDecay: optimization.coupled_decay,
    relativeStep: optimization.relative_step,
    scaleParameter: optimization.scale_parameter ?? optimization.relative_step,
    isMuonAlone: optimization.muon_alone,
    adamwShare,
  };
}

/**
 * The optimizer that a configuration asks for. Norms and biases do not decay unless it says so; `rateScale` gives some
 * parameters, by their paths, a rate of their own.
 */
export function makeOptimizer(
  config: RunConfig,
  slots: readonly OptimizedSlot[],
  rateScale: (name: string) => number = () => 1,
): Optimizer {
  const { optimizer, decay_vectors, master_weights } = config.optimization;
  const kind = optimizers.get(optimizer);
  const make = master_weights ? withMasters(kind.make) : kind.make;
  const settings = optimizerSettings(config, kind);
  const groups = new Map<string, SlotGroup>();
  return groupedBy(slots, (slot) => {
    const decays = decay_vectors || slot.get().ndim >= 2;
    const scale = rateScale(slot.name);
    const key = `${decays} ${scale}`;
    const weightDecay = decays ? settings.weightDecay : 0;
    const group = groups.get(key) ?? {
      make,
      settings: { ...settings, weightDecay },
      rateScale: scale,
    };
    groups.set(key, group);
    return group;
  });
}
