// What jobs that let models answer questions have in common: the questions, the answers, the place, the judge.
import { z } from "zod";
import type { Environment } from "../../../core/paths.ts";
import { absolute, found, newPlace } from "./paths.ts";

export const answering = {
  baseModel: z.string().optional(),
  /** A file, a folder or a shipped set; the shipped one unless said. */
  data: z.string().optional(),
  format: z.string().default("auto"),
  metrics: z.array(z.string()).min(1).default(["exact_match", "rougeL"]),
  numSamples: z.int().positive().default(100),
  maxGenLength: z.int().positive().default(100),
  seed: z.int().min(0).default(42),
  /** Folder for answers and what is made of them; empty is a new one under FT_HOME. */
  output: z.string().default(""),
  loadIn4bit: z.boolean().default(false),
  /** A model that judges the answers. */
  judge: z.string().min(1).optional(),
  rubric: z.string().min(1).optional(),
};

type Answering = z.infer<z.ZodObject<typeof answering>>;

/** Its paths, whole. Throws for metrics that there are not. */
export async function placed(given: Answering, environment: Environment) {
  const { chosenMetrics } = await import("../../evaluate/scores.ts");
  chosenMetrics(given.metrics);
  const { baseModel, data, output, judge, rubric } = given;
  return {
    output: output === "" ? newPlace(environment, "evaluated") : absolute(output),
    ...(baseModel !== undefined && { baseModel: found(baseModel) }),
    ...(data !== undefined && { data: found(data) }),
    ...(judge !== undefined && { judge: found(judge) }),
    ...(rubric !== undefined && { rubric: absolute(rubric) }),
  };
}
