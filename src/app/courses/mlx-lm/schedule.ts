// Learning rates as mlx-lm 0.32 has them: a schedule of mlx.optimizers over optimizer updates counted from 0, and a
// linear warm-up joined one update late, so that the peak comes twice.
import { ConfigError } from "../../../core/errors.ts";
import { Registry } from "../../../core/registry.ts";
import type { CourseOptions } from "../options.ts";

type Rate = (update: number) => number;

const linear = (from: number, to: number, steps: number): Rate => {
  return (update) => from + ((to - from) / steps) * Math.min(update, steps);
};

/** By their names in mlx.optimizers, from their arguments there. */
const schedules = new Registry<(...values: number[]) => Rate>(
  {
    cosine_decay: (start = 0, steps = 1, end = 0) => {
      return (update) => {
        const share = Math.min(update, steps) / steps;
        return end + 0.5 * (1 + Math.cos(Math.PI * share)) * (start - end);
      };
    },
    linear_schedule: (start = 0, end = 0, steps = 1) => linear(start, end, steps),
    exponential_decay:
      (start = 0, decay = 1) =>
      (update) =>
        start * decay ** update,
    step_decay: (start = 0, decay = 1, every = 1) => {
      return (update) => start * decay ** Math.floor(update / every);
    },
  },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-069", {
      message: `Unknown schedule '${name}'. Valid options: [${known.join(", ")}]`,
      hint: `course.schedule: ${known[0]}`,
    }),
);

type Schedule = Readonly<Omit<CourseOptions, "schedule_arguments">> & {
  readonly schedule_arguments: readonly number[];
};

/** The rate of each optimizer update. */
export function mlxLmSchedule(learningRate: number, options: Schedule): Rate {
  const { schedule, schedule_arguments, schedule_warmup: warmup, schedule_warmup_init } = options;
  if (schedule === null) return () => learningRate;
  const rate = schedules.get(schedule)(...schedule_arguments);
  if (warmup === 0) return rate;
  const rising = linear(schedule_warmup_init, schedule_arguments[0] ?? learningRate, warmup);
  return (update) => (update <= warmup ? rising(update) : rate(update - warmup - 1));
}
