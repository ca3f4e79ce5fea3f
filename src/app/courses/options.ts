// Options of a run's course: whose it is, and the learning rates of one that reproduces another tool.
import { z } from "zod";
import { flags } from "../../core/flags.ts";

/** By name; "ft" is ours. */
export const COURSES = ["ft", "mlx-lm"] as const;

export const CourseOptions = z.strictObject({
  compat: z
    .enum(COURSES)
    .default("ft")
    .describe("Reproduce another tool step by step: its batches, masks, schedule and optimizers")
    .register(flags, { long: "compat", value: "TOOL" }),
  schedule: z
    .string()
    .nullable()
    .default(null)
    .describe("mlx-lm's lr_schedule.name; null is a constant rate")
    .register(flags, { long: "compat-schedule", value: "NAME" }),
  schedule_arguments: z
    .array(z.number())
    .default([])
    .describe("mlx-lm's lr_schedule.arguments")
    .register(flags, { long: "compat-schedule-arguments", value: "NUMBERS" }),
  schedule_warmup: z
    .int()
    .min(0)
    .default(0)
    .describe("mlx-lm's lr_schedule.warmup, in optimizer updates")
    .register(flags, { long: "compat-schedule-warmup", value: "N" }),
  schedule_warmup_init: z
    .number()
    .min(0)
    .default(0)
    .describe("mlx-lm's lr_schedule.warmup_init")
    .register(flags, { long: "compat-schedule-warmup-init", value: "RATE" }),
});

export type CourseOptions = z.infer<typeof CourseOptions>;
