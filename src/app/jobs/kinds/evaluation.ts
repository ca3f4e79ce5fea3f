// Evaluation as a job: ft evaluate with its answers in a folder, where they go on after a crash.
import { z } from "zod";
import { absolute, found, newPlace } from "./paths.ts";
import { taskKind } from "./task-kind.ts";

export const EvaluationParameters = z.strictObject({
  model: z.string().min(1),
  baseModel: z.string().optional(),
  /** A file, a folder or a shipped set; the shipped one unless said. */
  data: z.string().optional(),
  format: z.string().default("auto"),
  template: z.string().optional(),
  metrics: z.array(z.string()).min(1).default(["exact_match", "rougeL"]),
  numSamples: z.int().positive().default(100),
  maxGenLength: z.int().positive().default(100),
  seed: z.int().min(0).default(42),
  /** Folder for answers and scores; empty is a new one under FT_HOME. */
  output: z.string().default(""),
  loadIn4bit: z.boolean().default(false),
  /** JSON schema for rows that have none of their own. */
  schema: z.record(z.string(), z.unknown()).optional(),
  by: z.string().optional(),
  stride: z.int().positive().optional(),
  window: z.int().min(2).optional(),
  /** A model that judges each answer by the criteria of a file. */
  judge: z.string().min(1).optional(),
  rubric: z.string().min(1).optional(),
});

export type EvaluationParameters = z.infer<typeof EvaluationParameters>;

export const evaluationKind = taskKind({
  about: "lets a model answer rows and scores the answers, as ft evaluate does",
  parameters: EvaluationParameters,
  jobsAtOnce: 1,
  title: ({ model, data = "the shipped set" }) => `${model} on ${data}`,
  prepare: async (given, { environment }) => {
    const { chosenMetrics } = await import("../../evaluate/scores.ts");
    chosenMetrics(given.metrics);
    const { model, baseModel, data, output, judge, rubric } = given;
    if (judge !== undefined) {
      const { requireRubric } = await import("../../evaluate/judging/judge-evaluation.ts");
      requireRubric(rubric);
    }
    const bases = baseModel === undefined ? {} : { baseModel: found(baseModel) };
    const rows = data === undefined ? {} : { data: found(data) };
    const judged = {
      ...(judge !== undefined && { judge: found(judge) }),
      ...(rubric !== undefined && { rubric: absolute(rubric) }),
    };
    const place = output === "" ? newPlace(environment, "evaluated") : absolute(output);
    const places = { model: found(model), output: place };
    return { ...given, ...bases, ...rows, ...judged, ...places };
  },
  task: "evaluation",
});
