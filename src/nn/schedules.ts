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
  /** Number of cycles of cosine_with_restarts. */
  cycles: number;
  /** What exponential and step leave of the rate after `decaySteps`, 0 to 1. */
  decayRate: number;
  /** Of exponential, step and warmup_stable_decay; null: as long as each usually takes. */
  decaySteps: number | null;
}

/** Rate at optimizer step `step` (0 is the first). */
export type Schedule = (step: number) => number;

/** Where a decay stands: `step` of the `steps` that follow the warm-up, and that as a share, 0 to 1. */
interface Place {
  step: number;
  steps: number;
  progress: number;
}

/** Share of the peak. */
type Decay = (place: Place, settings: ScheduleSettings) => number;

interface Entry {
  decay: Decay;
  warmsUp: boolean;
}

/** From 1 to 0 along half a wave. */
const halfWave = (progress: number): number => (1 + Math.cos(Math.PI * progress)) / 2;

const rising = (decay: Decay): Entry => ({ decay, warmsUp: true });

const decays = new Registry<Entry>(
  {
    linear: rising(({ progress }) => 1 - progress),
    cosine: rising(({ progress }) => halfWave(progress)),
    constant: { decay: () => 1, warmsUp: false },
    constant_with_warmup: rising(() => 1),
    cosine_with_restarts: rising(({ progress }, { cycles }) =>
      progress >= 1 ? 0 : halfWave((cycles * progress) % 1),
    ),
    exponential: rising(
      ({ step, steps }, { decayRate, decaySteps }) => decayRate ** (step / (decaySteps ?? steps)),
    ),
    step: rising(({ step, steps }, { decayRate, decaySteps }) => {
      return decayRate ** Math.floor(step / (decaySteps ?? Math.ceil(steps / 3)));
    }),
    warmup_stable_decay: rising(({ step, steps }, { decaySteps }) => {
      const length = Math.min(decaySteps ?? Math.ceil(steps / 10), steps);
      return halfWave(Math.max(0, step - (steps - length)) / length);
    }),
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
  const steps = Math.max(1, totalSteps - warmup);
  return (step) => {
    if (step < warmup) return (peak * (step + 1)) / warmup;
    const after = Math.min(steps, step - warmup);
    const share = decay({ step: after, steps, progress: after / steps }, settings);
    return peak * (finalShare + (1 - finalShare) * share);
  };
}
