// Evaluation as a job: ft evaluate with its answers in a folder, where they go on after a crash.
import { z } from "zod";
import { answering, placed } from "./answering.ts";
import { found } from "./paths.ts";
import { taskKind } from "./task-kind.ts";

export const EvaluationParameters = z.strictObject({
  model: z.string().min(1),
  ...answering,
  template: z.string().optional(),
  /** JSON schema for rows that have none of their own. */
  schema: z.record(z.string(), z.unknown()).optional(),
  by: z.string().optional(),
  stride: z.int().positive().optional(),
  window: z.int().min(2).optional(),
});

export type EvaluationParameters = z.infer<typeof EvaluationParameters>;

export const evaluationKind = taskKind({
  about: "lets a model answer rows and scores the answers, as ft evaluate does",
  parameters: EvaluationParameters,
  jobsAtOnce: 1,
  title: ({ model, data = "the built-in dataset" }) => `${model} on ${data}`,
  prepare: async (given, { environment }) => {
    const whole = { ...given, ...(await placed(given, environment)), model: found(given.model) };
    if (given.judge !== undefined) {
      const { requireRubric } = await import("../../evaluate/judging/judge-evaluation.ts");
      requireRubric(given.rubric);
    }
    return whole;
  },
  task: "evaluation",
});
