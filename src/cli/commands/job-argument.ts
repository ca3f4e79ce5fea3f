// The argument by which every command about one job is told which, and the option of those that may prefer it.
import { z } from "zod";

export const jobArgument = { job: { about: "Its id, or the beginning of it" } } as const;

export const priorityOption = z
  .int()
  .min(-1000)
  .max(1000)
  .optional()
  .describe("Jobs with a higher priority start first (default: 0)");
