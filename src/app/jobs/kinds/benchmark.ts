// A comparison as a job: ft benchmark, base and tuned on the same questions, its answers in a folder, where they go on
// after a crash.
import { z } from "zod";
import { absolute, found, newPlace } from "./paths.ts";
import { taskKind } from "./task-kind.ts";

export const BenchmarkParameters = z.strictObject({
  /** The first is compared with: hub ids, folders, runs. */
  models: z.array(z.string().min(1)).min(2).max(8),
  baseModel: z.string().optional(),
  /** A file, a folder or a shipped set; the shipped one unless said. */
  data: z.string().optional(),
  format: z.string().default("auto"),
  metrics: z.array(z.string()).min(1).default(["exact_match", "rougeL"]),
  numSamples: z.int().positive().default(100),
  maxGenLength: z.int().positive().default(100),
  seed: z.int().min(0).default(42),
  /** Folder for answers and the report; empty is a new one under FT_HOME. */
  output: z.string().default(""),
  loadIn4bit: z.boolean().default(false),
  /** Ask a general set before and after, too. */
  forgetting: z.boolean().default(false),
  /** A model that says which answer is better. */
  judge: z.string().min(1).optional(),
  rubric: z.string().min(1).optional(),
});

export type BenchmarkParameters = z.infer<typeof BenchmarkParameters>;

export const benchmarkKind = taskKind({
  about: "compares models on the same questions, as ft benchmark does",
  parameters: BenchmarkParameters,
  jobsAtOnce: 1,
  title: ({ models, data = "the shipped set" }) => `${models.join(" and ")} on ${data}`,
  prepare: async (given, { environment }) => {
    const { chosenMetrics } = await import("../../evaluate/scores.ts");
    chosenMetrics(given.metrics);
    const { models, baseModel, data, output, judge, rubric } = given;
    return {
      ...{ ...given, models: models.map(found) },
      output: output === "" ? newPlace(environment, "evaluated") : absolute(output),
      ...(baseModel !== undefined && { baseModel: found(baseModel) }),
      ...(data !== undefined && { data: found(data) }),
      ...(judge !== undefined && { judge: found(judge) }),
      ...(rubric !== undefined && { rubric: absolute(rubric) }),
    };
  },
  task: "benchmark",
});
