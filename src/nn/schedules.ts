// Learning-rate schedules as plain functions of the optimizer step, counted from 0. One entry each.
import { ConfigError } from "../core/errors.ts";
import { Registry } from "../core/registry.ts";

export interface ScheduleSettings {
  /** Highest rate. */
  peak: number;
  warmupSteps: number;
  totalSteps: number;
  /** Where decaying schedules end, as a share of the peak. */
  finalShare: number;
}

/** Rate at optimizer step `step` (0 is the first). */
export type Schedule = (step: number) => number;

/** Share of the peak after `progress` (0 to 1) of the steps that follow the warm-up. */
type Decay = (progress: number) => number;

const decays = new Registry<{ decay: Decay; warmsUp: boolean }>(
  {
    linear: { decay: (progress) => 1 - progress, warmsUp: true },
    cosine: { decay: (progress) => (1 + Math.cos(Math.PI * progress)) / 2, warmsUp: true },
    constant: { decay: () => 1, warmsUp: false },
    constant_with_warmup: { decay: () => 1, warmsUp: true },
  },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-SCHEDULER", {
      message: `Unknown scheduler '${name}'. Valid options: [${known.join(", ")}]`,
      hint: `--lr-scheduler ${known[0]}`,
    }),
);

export function scheduleNames(): string[] {
  return decays.names();
}

/** Whether a schedule begins with a warm-up. */
export function warmsUp(name: string): boolean {
  return decays.get(name).warmsUp;
}

/**
 * Linear warm-up from peak/warmup to peak, then the named decay to finalShare·peak, as in transformers' schedulers
 * (but no step has rate 0: the first warm-up step has 1/warmup of the peak).
 */
export function makeSchedule(name: string, settings: ScheduleSettings): Schedule {
  const { decay, warmsUp } = decays.get(name);
  const { peak, totalSteps, finalShare } = settings;
  const warmup = warmsUp ? Math.min(settings.warmupSteps, totalSteps) : 0;
  return (step) => {
    if (step < warmup) return (peak * (step + 1)) / warmup;
    const progress = Math.min(1, (step - warmup) / Math.max(1, totalSteps - warmup));
    return peak * (finalShare + (1 - finalShare) * decay(progress));
  };
}
