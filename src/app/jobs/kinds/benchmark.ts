// A comparison as a job: ft benchmark, base and tuned on the same questions, its answers in a folder, where they go on
// after a crash.
import { z } from "zod";
import { answering, placed } from "./answering.ts";
import { found } from "./paths.ts";
import { taskKind } from "./task-kind.ts";

export const BenchmarkParameters = z.strictObject({
  /** The first is compared with: hub ids, folders, runs. */
  models: z.array(z.string().min(1)).min(2).max(8),
  ...answering,
  /** Ask a general set before and after, too. */
  forgetting: z.boolean().default(false),
});

export type BenchmarkParameters = z.infer<typeof BenchmarkParameters>;

export const benchmarkKind = taskKind({
  about: "compares models on the same questions, as ft benchmark does",
  parameters: BenchmarkParameters,
  jobsAtOnce: 1,
  title: ({ models, data = "the built-in dataset" }) => `${models.join(" and ")} on ${data}`,
  prepare: async (given, { environment }) => ({
    ...given,
    ...(await placed(given, environment)),
    models: given.models.map(found),
  }),
  task: "benchmark",
});
