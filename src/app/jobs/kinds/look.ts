// All rows of a set looked through as a job: its pictures, its duplicates, what it is in another form.
import { z } from "zod";
import { taskKind } from "./task-kind.ts";

export const LookParameters = z.strictObject({
  /** A number, or sets:NAME. */
  set: z.string().min(1).max(310),
  look: z.string().min(1).max(40),
  options: z.record(z.string(), z.unknown()).default({}),
});

export type LookParameters = z.infer<typeof LookParameters>;

export const lookKind = taskKind({
  about: "analyzes all rows of a dataset: charts, duplicates or an export",
  parameters: LookParameters,
  jobsAtOnce: 2,
  title: ({ set, look }) => `${look} of ${set.replace(/^sets:/, "")}`,
  prepare: async (given) => given,
  task: "look",
});
